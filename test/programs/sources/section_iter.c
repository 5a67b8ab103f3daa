/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("iter/task", iter)
PROGRAM("iter.s/task", iter_sleepable)
LICENSE("GPL")
