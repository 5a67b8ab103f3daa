// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, __u32);
	__type(value, __u32);
} kept SEC(".maps");

SEC("tcx/ingress")
int look(struct __sk_buff *skb)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&kept, &key) ? 0 : -1;
}
char LICENSE[] SEC("license") = "GPL";
