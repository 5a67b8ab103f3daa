/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("usdt/libc.so.6:libc:setjmp", usdt)
PROGRAM("usdt.s/libc.so.6:libc:setjmp", usdt_sleepable)
LICENSE("GPL")
