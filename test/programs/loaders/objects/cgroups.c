// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup_skb/egress")
int leaving(struct __sk_buff *skb)
{
	return 1;
}

SEC("cgroup/connect4")
int connecting(struct bpf_sock_addr *ctx)
{
	return 1;
}

SEC("cgroup/sock")
int made(struct bpf_sock *ctx)
{
	return 1;
}

SEC("sockops")
int established(struct bpf_sock_ops *ctx)
{
	return 1;
}

SEC("cgroup/dev")
int device(struct bpf_cgroup_dev_ctx *ctx)
{
	return 1;
}
char LICENSE[] SEC("license") = "GPL";
