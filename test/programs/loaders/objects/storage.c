// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} per_socket SEC(".maps");

SEC("cgroup/sock_create")
int made(struct bpf_sock *ctx)
{
	return 1;
}
char LICENSE[] SEC("license") = "GPL";
