/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("tracepoint/syscalls/sys_enter_openat", tracepoint)
PROGRAM("tp/sched/sched_switch", tp)
PROGRAM("perf_event", on_perf_event)
LICENSE("GPL")
