/* SPDX-License-Identifier: MIT */
#include "bpf.h"

/* More than 4,096 instructions. */
SEC("tc") int long_program(void *ctx)
{
	asm volatile(".rept 4200\nr0 = 1\n.endr" ::: "r0");
	return 0;
}
LICENSE("GPL")
