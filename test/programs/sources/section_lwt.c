/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("lwt_in", in)
PROGRAM("lwt_out", out)
PROGRAM("lwt_xmit", xmit)
PROGRAM("lwt_seg6local", seg6local)
LICENSE("GPL")
