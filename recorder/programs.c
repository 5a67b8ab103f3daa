/* SPDX-License-Identifier: MIT */
/* The programs of family helpers: every type with every attach type, and targets where the helpers depend on them. */
#define _GNU_SOURCE
#include "recorder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program programs[MAX_PROGRAMS];
int program_count;

/* A target is a function, a tracepoint, or OPS.MEMBER of struct_ops; names that a kernel lacks are left out. */
static const struct {
	const char *prog, *attach, *target;
	int sleepable;
} TARGETED[] = {
	{ "tracing", "trace_raw_tp", "sched_switch", 0 },
	{ "tracing", "trace_raw_tp", "sys_enter", 1 },
	{ "tracing", "trace_fentry", "bpf_fentry_test1", 0 },
	{ "tracing", "trace_fentry", "bpf_fentry_test1", 1 },
	{ "tracing", "trace_fentry", "filp_close", 0 }, /* may use d_path */
	{ "tracing", "trace_fentry", "bpf_sk_storage_free", 0 }, /* may not use bpf_sk_storage_get */
	{ "tracing", "trace_fexit", "bpf_fentry_test1", 0 },
	{ "tracing", "trace_fexit", "bpf_fentry_test1", 1 },
	{ "tracing", "modify_return", "bpf_modify_return_test", 0 },
	{ "tracing", "modify_return", "bpf_fentry_test1", 1 },
	{ "tracing", "trace_fsession", "bpf_fentry_test1", 0 },
	{ "tracing", "trace_fsession", "bpf_fentry_test1", 1 },
	{ "tracing", "trace_iter", "bpf_iter_task", 0 },
	{ "tracing", "trace_iter", "bpf_iter_task", 1 },
	{ "tracing", "trace_iter", "bpf_iter_tcp", 0 },
	{ "tracing", "trace_iter", "bpf_iter_udp", 0 },
	{ "tracing", "trace_iter", "bpf_iter_unix", 0 },
	{ "tracing", "trace_iter", "bpf_iter_cgroup", 0 },
	{ "tracing", "trace_iter", "bpf_iter_sockmap", 0 },
	{ "tracing", "trace_iter", "bpf_iter_bpf_map_elem", 0 },
	{ "tracing", "trace_iter", "bpf_iter_bpf_sk_storage_map", 0 },
	{ "lsm", "lsm_mac", "file_open", 0 },
	{ "lsm", "lsm_mac", "file_open", 1 },
	{ "lsm", "lsm_mac", "bprm_committed_creds", 0 },
	{ "lsm", "lsm_mac", "bprm_committed_creds", 1 },
	{ "lsm", "lsm_mac", "bprm_creds_for_exec", 0 },
	{ "lsm", "lsm_mac", "task_free", 0 },
	{ "lsm", "lsm_mac", "inode_free_security", 0 },
	{ "lsm", "lsm_mac", "socket_post_create", 0 },
	{ "lsm", "lsm_mac", "socket_post_create", 1 },
	{ "lsm", "lsm_mac", "sock_graft", 0 },
	{ "lsm", "lsm_cgroup", "socket_post_create", 0 },
	{ "lsm", "lsm_cgroup", "socket_bind", 0 },
	{ "lsm", "lsm_cgroup", "sock_graft", 0 },
	{ "lsm", "lsm_cgroup", "inet_conn_established", 0 },
	{ "struct_ops", NULL, "tcp_congestion_ops.init", 0 },
	{ "struct_ops", NULL, "tcp_congestion_ops.release", 0 },
	{ "struct_ops", NULL, "tcp_congestion_ops.cong_avoid", 0 },
	{ "struct_ops", NULL, "tcp_congestion_ops.ssthresh", 0 },
	{ "struct_ops", NULL, "bpf_dummy_ops.test_1", 0 },
	{ "struct_ops", NULL, "bpf_dummy_ops.test_sleepable", 1 },
	{ "struct_ops", NULL, "sched_ext_ops.select_cpu", 0 },
	{ "struct_ops", NULL, "sched_ext_ops.init", 0 },
	{ "struct_ops", NULL, "sched_ext_ops.init", 1 },
	{ "struct_ops", NULL, "hid_bpf_ops.hid_device_event", 0 },
	{ "struct_ops", NULL, "hid_bpf_ops.hid_hw_request", 1 },
	{ "struct_ops", NULL, "Qdisc_ops.enqueue", 0 },
	{ "struct_ops", NULL, "Qdisc_ops.init", 0 },
	{ "kprobe", NULL, NULL, 1 }, /* of a uprobe */
	{ "kprobe", "trace_uprobe_multi", NULL, 1 },
	{ "kprobe", "trace_uprobe_session", NULL, 1 },
};

/* What an ext program replaces; the type of its function. */
static const struct {
	const char *prog;
	unsigned function;
	int helper; /* changes the packet: else no replacement may */
} REPLACED[] = {
	{ "xdp", FUNCTION_ON_XDP, 44 /* xdp_adjust_head */ },
	{ "sched_cls", FUNCTION_ON_SKB, 39 /* skb_pull_data */ },
};

int prog_value(const char *name)
{
	for (int i = 0; i < vocabulary[KIND_PROG].count; i++)
		if (strcmp(vocabulary[KIND_PROG].items[i].name, name) == 0)
			return vocabulary[KIND_PROG].items[i].value;
	return -1;
}

static long load_base(const struct program *program)
{
	struct insn insns[] = { { 0xb7, 0, 0, program->returns }, { 0x95, 0, 0, 0 } };
	struct load what = program_load(program, insns, ARRAY_LEN(insns));

	return load(&what);
}

struct load program_load(const struct program *program, const struct insn *insns, unsigned count)
{
	return (struct load){
		.type = program->type, .attach = program->attach, .btf_id = program->btf_id, .replaces = program->replaces,
		.functions = { { 0, program->function } }, .sleepable = program->sleepable, .insns = insns, .count = count,
	};
}

/* Adds the program if it loads with every capability: what a kernel is built without is no matter of capabilities. */
static void add(struct program program)
{
	const char *name = name_of(KIND_PROG, program.type), *attach = name_of(KIND_ATTACH, program.attach);
	char line[128];
	long fd;

	if (is_struct_ops(program.type) || (program.attach == 0 && strcmp(name, "cgroup_skb") != 0))
		attach = "-";
	program.returns = strncmp(name, "cgroup_", 7) == 0 || strcmp(name, "sk_lookup") == 0 ||
			  strcmp(attach, "lsm_cgroup") == 0;
	fd = load_base(&program);
	if (fd >= 0) {
		close((int)fd);
		if (program_count == MAX_PROGRAMS)
			fail("too many programs");
		programs[program_count++] = program;
		return;
	}
	last_line(line, sizeof(line));
	warn("not asked: %s %s %s%s (%s%s%s)", name, attach, program.target ? program.target : "-",
	     program.sleepable ? ", sleepable" : "", strerror((int)-fd), *line ? ": " : "", line);
}

static int has_target(const char *name)
{
	return strcmp(name, "tracing") == 0 || strcmp(name, "lsm") == 0 || strcmp(name, "struct_ops") == 0 ||
	       strcmp(name, "ext") == 0;
}

/* All types whose helpers depend on no target. Attach type 0 stands for none, but where it is in the table. */
static void add_plain(void)
{
	for (unsigned type = 1; type < (unsigned)vocabulary[KIND_PROG].values; type++) {
		const char *name = name_of(KIND_PROG, type);
		struct program program = { .type = type };

		if (!name || has_target(name))
			continue;
		program.sleepable = strcmp(name, "syscall") == 0;
		add(program);
		for (const char *const *attach = fitting_attachs(type); *attach; attach++) {
			int value = attach_value(*attach);

			if (value <= 0)
				continue;
			program.attach = (unsigned)value;
			add(program);
		}
	}
}

/* The kernel's BTF id of the target, and a struct_ops member's index; 0 where it has none. */
static int find_target(struct program *program, const char *prog, const char *attach)
{
	char name[96];
	const char *dot = strchr(program->target, '.');
	int member;

	if (strcmp(prog, "struct_ops") == 0) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - program->target), program->target);
		program->btf_id = btf_find(BTF_STRUCT, name);
		member = program->btf_id ? btf_member(program->btf_id, dot + 1) : -1;
		program->attach = (unsigned)member;
		return member >= 0;
	}
	if (strcmp(attach, "trace_raw_tp") == 0) {
		snprintf(name, sizeof(name), "btf_trace_%s", program->target);
		program->btf_id = btf_find(BTF_TYPEDEF, name);
		return program->btf_id != 0;
	}
	snprintf(name, sizeof(name), "%s%s", strcmp(prog, "lsm") == 0 ? "bpf_lsm_" : "", program->target);
	program->btf_id = btf_find(BTF_FUNC, name);
	return program->btf_id != 0;
}

static void add_targeted(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(TARGETED); i++) {
		struct program program = { .target = TARGETED[i].target, .sleepable = TARGETED[i].sleepable };
		int attach = TARGETED[i].attach ? attach_value(TARGETED[i].attach) : 0;

		program.type = (unsigned)prog_value(TARGETED[i].prog);
		program.attach = (unsigned)attach;
		if (attach < 0 || (program.target && !find_target(&program, TARGETED[i].prog, TARGETED[i].attach)))
			warn("not asked: %s %s %s: this kernel has none", TARGETED[i].prog,
			     TARGETED[i].attach ? TARGETED[i].attach : "-", program.target ? program.target : "-");
		else
			add(program);
	}
}

static int load_replaced(const char *prog, unsigned function, int helper)
{
	struct insn insns[] = {
		{ 0xb7, 2, 0, 0 }, /* r2 = 0 */
		{ 0x85, 0, 0, helper }, /* call helper */
		{ 0xb7, 0, 0, 1 }, /* r0 = 1 */
		{ 0x95, 0, 0, 0 }, /* exit */
	};
	struct load what = { .type = (unsigned)prog_value(prog), .functions = { { 0, function } }, .insns = insns,
			     .count = ARRAY_LEN(insns) };
	long fd = load(&what);

	if (fd < 0)
		fail("the %s program to replace: %s\n%s", prog, strerror((int)-fd), load_log);
	return (int)fd;
}

static void add_replacements(void)
{
	for (unsigned i = 0; i < ARRAY_LEN(REPLACED); i++) {
		struct program program = { .type = (unsigned)prog_value("ext"), .target = REPLACED[i].prog };

		program.function = program.btf_id = REPLACED[i].function;
		program.replaces = load_replaced(REPLACED[i].prog, REPLACED[i].function, REPLACED[i].helper);
		add(program);
	}
}

void programs_make(void)
{
	program_count = 0;
	add_plain();
	add_targeted();
	add_replacements();
}

void programs_close(void)
{
	for (int i = 0; i < program_count; i++)
		if (programs[i].replaces)
			close(programs[i].replaces);
}

void out_program(const struct program *program)
{
	out("\"prog_type\":%u,\"prog_type_name\":", program->type);
	out_string(name_of(KIND_PROG, program->type));
	out(",\"expected_attach_type\":%u,\"expected_attach_type_name\":", program->attach);
	out_string(is_struct_ops(program->type) ? NULL : name_of(KIND_ATTACH, program->attach));
	out(",\"attach_target\":");
	out_string(program->target);
	out(",\"sleepable\":%s", program->sleepable ? "true" : "false");
}
