// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int scaled(int value)
{
	return value * 3 + 1;
}

SEC("tc")
int first(struct __sk_buff *skb)
{
	return scaled((int)skb->len);
}

SEC("lwt_xmit")
int second(struct __sk_buff *skb)
{
	return scaled((int)skb->mark) & 1;
}
char LICENSE[] SEC("license") = "GPL";
