/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct value {
	u64 packets, bytes;
};

struct {
	NUMBER(type, HASH);
	NUMBER(max_entries, 1024);
	NUMBER(map_flags, 1);
	NUMBER(numa_node, 1);
	TYPE(key, u32);
	TYPE(value, struct value);
} hash SEC(".maps");

struct {
	NUMBER(type, LPM_TRIE);
	NUMBER(max_entries, 16);
	NUMBER(map_flags, 1);
	NUMBER(key_size, 8);
	NUMBER(value_size, 4);
} trie SEC(".maps");

struct {
	NUMBER(type, ARRAY);
	NUMBER(max_entries, 1);
	NUMBER(pinning, 1);
	TYPE(key, u32);
	TYPE(value, struct value[4]);
} pinned SEC(".maps");

struct {
	NUMBER(type, RINGBUF);
	NUMBER(max_entries, 5000);
} ring SEC(".maps");

struct {
	NUMBER(type, PERF_EVENT_ARRAY);
	NUMBER(key_size, 4);
	NUMBER(value_size, 4);
} events SEC(".maps");

struct {
	NUMBER(type, BLOOM_FILTER);
	NUMBER(max_entries, 100);
	NUMBER(map_extra, 3);
	TYPE(value, u32);
} filter SEC(".maps");

struct {
	NUMBER(type, STACK_TRACE);
	NUMBER(max_entries, 128);
	NUMBER(key_size, 4);
	NUMBER(value_size, 127 * 8);
} stacks SEC(".maps");

SEC("tc") int count(void *ctx)
{
	u32 key = 0, random = get_prandom_u32();
	struct value *value = map_lookup_elem(&hash, &key);
	u64 *record;

	if (value)
		value->packets++;
	perf_event_output(ctx, &events, 0xffffffff, &random, sizeof(random));
	record = ringbuf_reserve(&ring, sizeof(*record), 0);
	if (record) {
		*record = ktime_get_ns();
		ringbuf_submit(record, 0);
	}
	return map_lookup_elem(&pinned, &key) != 0;
}
LICENSE("GPL")
