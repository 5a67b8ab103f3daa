/* SPDX-License-Identifier: MIT */
#include "bpf.h"

int global = 3;
static volatile int own = 4;
int zero;
const volatile int constant = 5;
int custom SEC(".data.custom") = 6;
const int custom_constant SEC(".rodata.custom") = 7;

SEC("kprobe/do_nanosleep") int use(void *ctx)
{
	static const char text[] = "%d\n";

	trace_printk(text, sizeof(text), own);
	zero++;
	return global + constant + custom + custom_constant;
}
LICENSE("GPL")
