// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

SEC("sk_skb/stream_verdict")
int verdict(struct __sk_buff *skb)
{
	__u32 key = 0;

	return (int)bpf_sk_redirect_hash(skb, &sockets, &key, 0);
}

SEC("sk_msg")
int message(struct sk_msg_md *msg)
{
	return SK_PASS;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	return BPF_OK;
}

SEC("sk_lookup")
int look(struct bpf_sk_lookup *ctx)
{
	return SK_PASS;
}

SEC("sk_reuseport")
int reuse(struct sk_reuseport_md *ctx)
{
	return SK_PASS;
}
char LICENSE[] SEC("license") = "GPL";
