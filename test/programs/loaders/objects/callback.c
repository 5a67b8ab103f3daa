// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long add(__u32 index, void *data)
{
	*(__u64 *)data += index;
	return 0;
}

SEC("tc")
int sum(struct __sk_buff *skb)
{
	__u64 total = 0;

	bpf_loop(4, add, &total, 0);
	return (int)total;
}
char LICENSE[] SEC("license") = "GPL";
