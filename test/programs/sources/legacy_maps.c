/* SPDX-License-Identifier: MIT */
#include "bpf.h"

/* As it was before maps were defined with BTF; libbpf 1.0 and later refuse it. */
struct bpf_map_def {
	u32 type, key_size, value_size, max_entries, map_flags;
};

struct bpf_map_def old_hash SEC("maps") = { HASH, 4, 8, 100, 1 };
struct bpf_map_def old_array SEC("maps") = { ARRAY, 4, 2, 3, 0 };

SEC("xdp") int look(void *ctx)
{
	u32 key = 0;

	return map_lookup_elem(&old_hash, &key) ? 1 : map_lookup_elem(&old_array, &key) ? 2 : 0;
}
LICENSE("GPL")
