// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 limit = 7;
__u32 seen;
__u32 wanted = 3;

SEC("tracepoint/syscalls/sys_enter_openat")
int opened(void *ctx)
{
	if (seen++ < limit && seen == wanted)
		bpf_printk("seen %d", seen);
	return 0;
}

SEC("tp/syscalls/sys_exit_openat")
int opening_done(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
