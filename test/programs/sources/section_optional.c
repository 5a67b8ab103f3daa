/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("?xdp", xdp)
PROGRAM("?kprobe/do_nanosleep", kprobe)
PROGRAM("?lsm/file_open", lsm)
PROGRAM("unknown/section", unknown)
