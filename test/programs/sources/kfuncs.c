/* SPDX-License-Identifier: MIT */
#include "bpf.h"

struct task_struct;
struct bpf_iter_num { u64 opaque; };

extern struct task_struct *bpf_task_acquire(struct task_struct *task) EXTERN_SEC(".ksyms");
extern void bpf_task_release(struct task_struct *task) EXTERN_SEC(".ksyms");
extern int bpf_not_there(int value) EXTERN_SEC(".ksyms") __attribute__((weak));
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) EXTERN_SEC(".ksyms");
extern int *bpf_iter_num_next(struct bpf_iter_num *it) EXTERN_SEC(".ksyms");
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) EXTERN_SEC(".ksyms");

SEC("tp_btf/task_newtask") int acquire(u64 *ctx)
{
	struct task_struct *task = bpf_task_acquire((void *)ctx[0]);

	if (task)
		bpf_task_release(task);
	if (bpf_not_there)
		return bpf_not_there(1);
	return 0;
}

SEC("syscall") int iterate(void *ctx)
{
	struct bpf_iter_num it;
	int sum = 0, *value;

	bpf_iter_num_new(&it, 0, 10);
	while ((value = bpf_iter_num_next(&it)))
		sum += *value;
	bpf_iter_num_destroy(&it);
	return sum;
}
LICENSE("GPL")
