// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/sched_switch")
int switched(void *ctx)
{
	return 0;
}

SEC("raw_tp/sched_switch")
int switched_raw(void *ctx)
{
	return 0;
}

SEC("perf_event")
int sampled(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
