/* SPDX-License-Identifier: MIT */
#include "bpf.h"

PROGRAM("freplace/replaced", replacement)
PROGRAM("freplace", replacement_without_target)
LICENSE("GPL")
