/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("kprobe.multi/tcp_*", kprobe_multi)
PROGRAM("kretprobe.multi/tcp_*", kretprobe_multi)
PROGRAM("kprobe.session/tcp_*", kprobe_session)
LICENSE("GPL")
