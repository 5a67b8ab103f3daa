/* SPDX-License-Identifier: MIT */
/* What the objects of these tests need of the kernel's interface, and of the conventions of libbpf. */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;

#define SEC(name) __attribute__((section(name), used))
#define EXTERN_SEC(name) __attribute__((section(name)))
#define NUMBER(name, value) int(*name)[value]
#define TYPE(name, type) typeof(type) *name
#define UNROLL _Pragma("unroll")

/* A program of a section that does nothing but answer. */
#define PROGRAM(section, name) \
	SEC(section) int name(void *ctx) { return 0; }

#define LICENSE(text) char _license[] SEC("license") = text;

enum map_types {
	HASH = 1,
	ARRAY = 2,
	PROG_ARRAY = 3,
	PERF_EVENT_ARRAY = 4,
	PERCPU_HASH = 5,
	STACK_TRACE = 7,
	LRU_HASH = 9,
	LPM_TRIE = 11,
	ARRAY_OF_MAPS = 12,
	HASH_OF_MAPS = 13,
	DEVMAP = 14,
	SOCKHASH = 18,
	SK_STORAGE = 24,
	RINGBUF = 27,
	INODE_STORAGE = 28,
	TASK_STORAGE = 29,
	BLOOM_FILTER = 30,
	USER_RINGBUF = 31,
	CGRP_STORAGE = 32,
	ARENA = 33,
};

static void *(*map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u64 (*ktime_get_ns)(void) = (void *)5;
static long (*trace_printk)(const char *text, u32 size, ...) = (void *)6;
static u32 (*get_prandom_u32)(void) = (void *)7;
static long (*tail_call)(void *ctx, void *map, u32 index) = (void *)12;
static u64 (*get_current_pid_tgid)(void) = (void *)14;
static long (*perf_event_output)(void *ctx, void *map, u64 flags, void *data, u64 size) = (void *)25;
static long (*spin_lock)(void *lock) = (void *)93;
static long (*spin_unlock)(void *lock) = (void *)94;
static void *(*ringbuf_reserve)(void *map, u64 size, u64 flags) = (void *)131;
static void (*ringbuf_submit)(void *data, u64 flags) = (void *)132;
static long (*copy_from_user)(void *to, u32 size, const void *from) = (void *)148;
static long (*for_each_map_elem)(void *map, void *callback, void *ctx, u64 flags) = (void *)164;
static long (*loop)(u32 rounds, void *callback, void *ctx, u64 flags) = (void *)181;
static long (*user_ringbuf_drain)(void *map, void *callback, void *ctx, u64 flags) = (void *)209;
