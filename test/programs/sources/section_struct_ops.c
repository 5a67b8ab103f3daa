/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct sock;

/* The members of the kernel's structure that are used. */
struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/ssthresh") u32 ssthresh(u64 *ctx) { return 2; }
SEC("struct_ops") void cong_avoid(u64 *ctx) {}
SEC("struct_ops.s/undo_cwnd") u32 undo_cwnd(u64 *ctx) { return 2; }

struct tcp_congestion_ops plain SEC(".struct_ops") = {
	.ssthresh = (void *)ssthresh,
	.cong_avoid = (void *)cong_avoid,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "bpf_plain",
};

struct tcp_congestion_ops linked SEC(".struct_ops.link") = {
	.ssthresh = (void *)ssthresh,
	.cong_avoid = (void *)cong_avoid,
	.name = "bpf_linked",
};

struct tcp_congestion_ops optional SEC("?.struct_ops.link") = {
	.ssthresh = (void *)ssthresh,
	.name = "bpf_optional",
};
LICENSE("GPL")
