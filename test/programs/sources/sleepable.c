/* SPDX-License-Identifier: MIT */
#include "bpf.h"

SEC("fentry.s/__x64_sys_nanosleep") int reads_user(u64 *ctx)
{
	u64 value = 0;

	copy_from_user(&value, sizeof(value), (void *)ctx[0]);
	return value;
}
LICENSE("GPL v2")
