/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct inner {
	NUMBER(type, ARRAY);
	NUMBER(max_entries, 4);
	TYPE(key, u32);
	TYPE(value, u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	NUMBER(type, ARRAY_OF_MAPS);
	NUMBER(max_entries, 3);
	TYPE(key, u32);
	struct inner *values[];
} outer SEC(".maps") = { .values = { [0] = &first, [2] = &second } };

struct {
	NUMBER(type, HASH_OF_MAPS);
	NUMBER(max_entries, 8);
	TYPE(key, u32);
	struct {
		NUMBER(type, RINGBUF);
		NUMBER(max_entries, 4096);
	} *values[];
} rings SEC(".maps");

int target(void *ctx);
struct {
	NUMBER(type, PROG_ARRAY);
	NUMBER(max_entries, 2);
	NUMBER(key_size, 4);
	int (*values[])(void *ctx);
} programs SEC(".maps") = { .values = { [1] = (void *)&target } };

PROGRAM("xdp", target)

SEC("xdp") int jump(void *ctx)
{
	u32 key = 2;
	void *inner = map_lookup_elem(&outer, &key);

	if (inner)
		map_lookup_elem(inner, &key);
	tail_call(ctx, &programs, 1);
	return 2;
}
LICENSE("GPL")
