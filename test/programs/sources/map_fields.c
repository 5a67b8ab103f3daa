/* SPDX-License-Identifier: MIT */
#include "bpf.h"

/* Fields that the kernel finds by BTF, by the names of their types. */
struct bpf_spin_lock { u32 value; };
struct bpf_timer { u64 opaque[2]; };
struct bpf_wq { u64 opaque[2]; };
struct bpf_list_head { u64 opaque[2]; };
struct bpf_rb_root { u64 opaque[2]; };

struct locked { struct bpf_spin_lock lock; u32 count; };
struct nested { u64 before; struct { struct bpf_timer timer; } inside[2]; };
struct work { struct bpf_wq wq; };
/* LLVM 14 drops tags of pointers to structures. */
struct kept { int __attribute__((btf_type_tag("kptr"))) *task; };

#define MAP(name, map_type, value_type) \
	struct { \
		NUMBER(type, map_type); \
		NUMBER(max_entries, 1); \
		TYPE(key, u32); \
		TYPE(value, value_type); \
	} name SEC(".maps");

MAP(locks, HASH, struct locked)
MAP(timers, ARRAY, struct nested)
MAP(works, ARRAY, struct work)
MAP(pointers, HASH, struct kept)
MAP(plain, HASH, u64)

#define STORAGE(name, map_type) \
	struct { \
		NUMBER(type, map_type); \
		NUMBER(map_flags, 1); \
		TYPE(key, int); \
		TYPE(value, u64); \
	} name SEC(".maps");

STORAGE(of_sockets, SK_STORAGE)
STORAGE(of_inodes, INODE_STORAGE)
STORAGE(of_tasks, TASK_STORAGE)
STORAGE(of_cgroups, CGRP_STORAGE)

struct bpf_spin_lock lock SEC(".data.own");
struct bpf_list_head head SEC(".bss.list");
struct bpf_rb_root root SEC(".bss.tree");

SEC("tc") int add(void *ctx)
{
	u32 key = 0;
	struct locked *value = map_lookup_elem(&locks, &key);

	if (!value)
		return 0;
	spin_lock(&value->lock);
	value->count++;
	spin_unlock(&value->lock);
	return 0;
}
LICENSE("GPL")
