// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("usdt")
int fired(void *ctx)
{
	return 0;
}

SEC("uprobe.multi")
int many(void *ctx)
{
	return 0;
}

SEC("?uprobe")
int optional(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
