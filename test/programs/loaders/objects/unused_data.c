// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__u32 counter = 1;

SEC("socket")
int pass(struct __sk_buff *skb)
{
	return skb->len;
}
char LICENSE[] SEC("license") = "GPL";
