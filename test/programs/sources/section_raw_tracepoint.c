/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("raw_tracepoint/sched_switch", raw_tracepoint)
PROGRAM("raw_tp/sched_switch", raw_tp)
PROGRAM("raw_tracepoint.w/nbd_send_request", raw_tracepoint_writable)
PROGRAM("raw_tp.w/nbd_send_request", raw_tp_writable)
LICENSE("GPL")
