// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct guarded {
	struct bpf_spin_lock lock;
	__u32 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guarded);
} guards SEC(".maps");

SEC("tc")
int count(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *found = bpf_map_lookup_elem(&guards, &key);

	if (!found)
		return 0;
	bpf_spin_lock(&found->lock);
	found->count++;
	bpf_spin_unlock(&found->lock);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
