// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int last(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct __sk_buff *));
} targets SEC(".maps") = { .values = { [1] = &last } };

SEC("socket")
int last(struct __sk_buff *skb)
{
	return 0;
}

SEC("socket")
int first(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &targets, 1);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
