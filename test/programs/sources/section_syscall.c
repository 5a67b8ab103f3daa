/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("syscall", run)
LICENSE("GPL")
