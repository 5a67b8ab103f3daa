/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct {
	NUMBER(type, HASH);
	NUMBER(max_entries, 8);
	TYPE(key, u32);
	TYPE(value, u64);
} hash SEC(".maps");

struct {
	NUMBER(type, USER_RINGBUF);
	NUMBER(max_entries, 4096);
} commands SEC(".maps");

static __attribute__((noinline)) int local_function(u32 value) { return value * get_prandom_u32(); }
__attribute__((noinline)) int global_function(u32 value) { return local_function(value) + ktime_get_ns(); }
__attribute__((noinline)) int not_called(void *ctx) { return get_current_pid_tgid(); }

static long each(void *map, u32 *key, u64 *value, void *ctx) { return local_function(*key) == 0; }
static long one_round(u64 index, void *ctx) { return index > 5; }
static long one_command(void *command, void *ctx) { return 0; }

PROGRAM("tc", plain)

SEC("tc") int calls(void *ctx) { return global_function(1) + local_function(2); }

SEC("tc") int passes_callbacks(void *ctx)
{
	for_each_map_elem(&hash, each, 0, 0);
	loop(10, one_round, 0, 0);
	user_ringbuf_drain(&commands, one_command, 0, 0);
	return 0;
}
LICENSE("GPL")
