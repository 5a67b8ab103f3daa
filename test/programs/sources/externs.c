/* SPDX-License-Identifier: MIT */
#include "bpf.h"

extern int CONFIG_HZ EXTERN_SEC(".kconfig");
extern char CONFIG_CC_VERSION_TEXT[64] EXTERN_SEC(".kconfig");
extern u8 CONFIG_BPF_SYSCALL EXTERN_SEC(".kconfig") __attribute__((weak));
extern u64 LINUX_KERNEL_VERSION EXTERN_SEC(".kconfig");
extern const void bpf_prog_fops EXTERN_SEC(".ksyms");
extern const int bpf_prog_active EXTERN_SEC(".ksyms") __attribute__((weak));

SEC("raw_tp/sys_enter") int use(void *ctx)
{
	u64 sum = CONFIG_HZ + CONFIG_CC_VERSION_TEXT[3] + LINUX_KERNEL_VERSION + (long)&bpf_prog_fops;

	if (&bpf_prog_active)
		sum++;
	return CONFIG_BPF_SYSCALL ? sum : 0;
}
LICENSE("GPL")
