/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("kprobe", kprobe_without_target)
PROGRAM("kprobe/do_nanosleep", on_kprobe)
PROGRAM("kretprobe/do_nanosleep", kretprobe)
PROGRAM("ksyscall/nanosleep", ksyscall)
PROGRAM("kretsyscall/nanosleep", kretsyscall)
LICENSE("GPL")
