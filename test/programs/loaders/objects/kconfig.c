// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern _Bool LINUX_HAS_BPF_COOKIE __kconfig __weak;

SEC("kprobe/do_unlinkat")
int entered(void *ctx)
{
	return LINUX_HAS_BPF_COOKIE && LINUX_KERNEL_VERSION > 1;
}
char LICENSE[] SEC("license") = "GPL";
