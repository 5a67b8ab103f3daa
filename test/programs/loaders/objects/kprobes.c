// SPDX-License-Identifier: MIT
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("kprobe/do_unlinkat")
int entered(void *ctx)
{
	__u64 value = 0;

	bpf_probe_read_kernel(&value, sizeof(value), ctx);
	bpf_ringbuf_output(&events, &value, sizeof(value), 0);
	return 0;
}

SEC("kretprobe/do_unlinkat")
int returned(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
