/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct {
	NUMBER(type, ARENA);
	NUMBER(max_entries, 10);
	NUMBER(map_flags, 1 << 10);
} arena SEC(".maps");

SEC("tc") int bounded(void *ctx)
{
	u32 sum = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < 100; i++)
		sum += get_prandom_u32();
	return sum;
}

/* Compilers before LLVM 19 have no name for may_goto: code 0xe5, 2 instructions on, or 2 back with a jump. */
SEC("tc") int may_goto(void *ctx)
{
	u32 sum = 0;

	asm volatile("1:\n"
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		     ".8byte 0x00000000000200e5\n"
#else
		     ".8byte 0xe500000200000000\n"
#endif
		     "%[sum] += 1\n"
		     "goto 1b\n"
		     : [sum] "+r"(sum));
	return sum;
}

SEC("tc") int uses_arena(void *ctx)
{
	u32 key = 0;

	return map_lookup_elem(&arena, &key) != 0;
}

LICENSE("GPL")
