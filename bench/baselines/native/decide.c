/* SPDX-License-Identifier: MIT */
/*
 * The permission part of bpf(2) in plain C: pointers, branches, switches and the walk up the user namespaces, as a
 * kernel has them. Allow or deny only; no reasons, no LSM. Written from src/kernel, to compare the engine with.
 *
 *   decide FILE REPETITIONS OUT
 *
 * reads a world and rows from FILE, decides all rows once to warm up and then REPETITIONS times with a clock, prints
 * {"ns_per_check": [...]} and writes one byte per row (1: allowed) to OUT.
 *
 * FILE, little-endian, as bench/baselines/native/format.ts writes it:
 *   u32 magic 0x4b544642, unprivileged_bpf_disabled, user namespaces, tasks, tokens, rows, with instructions (0 or 1)
 *   user namespace: u32 parent (the first one is the initial one), u32 owner
 *   task:           u32 user namespace, u32 euid, u64 effective capabilities
 *   token:          u32 user namespace, u32 zero, u64 commands, map types, program types, attach types
 *   row:            u16 task, u16 token (0xffff: none), u8 command, u8 type, u8 attach type, u8 zero
 * with instructions, a u32 for each row follows: how many its program has. Without, every program has one.
 *
 * Compile with -DPROFILE_V12 for the reviewed design, else linux-6.12.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAGIC 0x4b544642u
#define NO_TOKEN 0xffff

#define CAP_NET_ADMIN 12
#define CAP_SYS_ADMIN 21
#define CAP_PERFMON 38
#define CAP_BPF 39

#define MAX_INSNS_UNPRIVILEGED 4096u
#define MAX_INSNS 1000000u

enum bpf_cmd { BPF_MAP_CREATE = 0, BPF_PROG_LOAD = 5, BPF_BTF_LOAD = 18 };

enum bpf_map_type {
	MAP_UNSPEC,
	MAP_HASH,
	MAP_ARRAY,
	MAP_PROG_ARRAY,
	MAP_PERF_EVENT_ARRAY,
	MAP_PERCPU_HASH,
	MAP_PERCPU_ARRAY,
	MAP_STACK_TRACE,
	MAP_CGROUP_ARRAY,
	MAP_LRU_HASH,
	MAP_LRU_PERCPU_HASH,
	MAP_LPM_TRIE,
	MAP_ARRAY_OF_MAPS,
	MAP_HASH_OF_MAPS,
	MAP_DEVMAP,
	MAP_SOCKMAP,
	MAP_CPUMAP,
	MAP_XSKMAP,
	MAP_SOCKHASH,
	MAP_CGROUP_STORAGE,
	MAP_REUSEPORT_SOCKARRAY,
	MAP_PERCPU_CGROUP_STORAGE,
	MAP_QUEUE,
	MAP_STACK,
	MAP_SK_STORAGE,
	MAP_DEVMAP_HASH,
	MAP_STRUCT_OPS,
	MAP_RINGBUF,
	MAP_INODE_STORAGE,
	MAP_TASK_STORAGE,
	MAP_BLOOM_FILTER,
	MAP_USER_RINGBUF,
	MAP_CGRP_STORAGE,
#ifndef PROFILE_V12
	MAP_ARENA,
#endif
	MAX_MAP_TYPE
};

enum bpf_prog_type {
	PROG_UNSPEC,
	PROG_SOCKET_FILTER,
	PROG_KPROBE,
	PROG_SCHED_CLS,
	PROG_SCHED_ACT,
	PROG_TRACEPOINT,
	PROG_XDP,
	PROG_PERF_EVENT,
	PROG_CGROUP_SKB,
	PROG_CGROUP_SOCK,
	PROG_LWT_IN,
	PROG_LWT_OUT,
	PROG_LWT_XMIT,
	PROG_SOCK_OPS,
	PROG_SK_SKB,
	PROG_CGROUP_DEVICE,
	PROG_SK_MSG,
	PROG_RAW_TRACEPOINT,
	PROG_CGROUP_SOCK_ADDR,
	PROG_LWT_SEG6LOCAL,
	PROG_LIRC_MODE2,
	PROG_SK_REUSEPORT,
	PROG_FLOW_DISSECTOR,
	PROG_CGROUP_SYSCTL,
	PROG_RAW_TRACEPOINT_WRITABLE,
	PROG_CGROUP_SOCKOPT,
	PROG_TRACING,
	PROG_STRUCT_OPS,
	PROG_EXT,
	PROG_LSM,
	PROG_SK_LOOKUP,
	PROG_SYSCALL,
	PROG_NETFILTER,
	MAX_PROG_TYPE
};

enum bpf_attach_type {
	ATTACH_CGROUP_INET_INGRESS = 0,
	ATTACH_CGROUP_INET_EGRESS = 1,
	ATTACH_CGROUP_INET_SOCK_CREATE = 2,
	ATTACH_CGROUP_INET4_BIND = 8,
	ATTACH_CGROUP_INET6_BIND = 9,
	ATTACH_CGROUP_INET4_CONNECT = 10,
	ATTACH_CGROUP_INET6_CONNECT = 11,
	ATTACH_CGROUP_INET4_POST_BIND = 12,
	ATTACH_CGROUP_INET6_POST_BIND = 13,
	ATTACH_CGROUP_UDP4_SENDMSG = 14,
	ATTACH_CGROUP_UDP6_SENDMSG = 15,
	ATTACH_CGROUP_UDP4_RECVMSG = 19,
	ATTACH_CGROUP_UDP6_RECVMSG = 20,
	ATTACH_CGROUP_GETSOCKOPT = 21,
	ATTACH_CGROUP_SETSOCKOPT = 22,
	ATTACH_CGROUP_INET4_GETPEERNAME = 29,
	ATTACH_CGROUP_INET6_GETPEERNAME = 30,
	ATTACH_CGROUP_INET4_GETSOCKNAME = 31,
	ATTACH_CGROUP_INET6_GETSOCKNAME = 32,
	ATTACH_CGROUP_INET_SOCK_RELEASE = 34,
	ATTACH_SK_LOOKUP = 36,
	ATTACH_SK_REUSEPORT_SELECT = 39,
	ATTACH_SK_REUSEPORT_SELECT_OR_MIGRATE = 40,
	ATTACH_NETFILTER = 45,
	ATTACH_CGROUP_UNIX_CONNECT = 49,
	ATTACH_CGROUP_UNIX_SENDMSG = 50,
	ATTACH_CGROUP_UNIX_RECVMSG = 51,
	ATTACH_CGROUP_UNIX_GETPEERNAME = 52,
	ATTACH_CGROUP_UNIX_GETSOCKNAME = 53,
#ifdef PROFILE_V12
	MAX_ATTACH_TYPE = 56
#else
	MAX_ATTACH_TYPE = 57
#endif
};

struct user_namespace {
	struct user_namespace *parent;
	int level;
	uint32_t owner;
};

struct cred {
	struct user_namespace *user_ns;
	uint64_t cap_effective;
	uint32_t euid;
};

struct bpf_token {
	struct user_namespace *userns;
	uint64_t allowed_cmds;
	uint64_t allowed_maps;
	uint64_t allowed_progs;
	uint64_t allowed_attachs;
};

struct row {
	uint16_t task;
	uint16_t token;
	uint8_t cmd;
	uint8_t type;
	uint8_t attach_type;
	uint8_t zero;
};

static struct user_namespace init_user_ns;
static unsigned int sysctl_unprivileged_bpf_disabled;

static bool bit(uint64_t mask, unsigned int nr)
{
	return mask & (1ull << nr);
}

static bool ns_capable(const struct cred *cred, const struct user_namespace *target, int cap)
{
	const struct user_namespace *ns = target;

	for (;;) {
		if (ns == cred->user_ns)
			return bit(cred->cap_effective, cap);
		if (ns->level <= cred->user_ns->level)
			return false;
		if (ns->parent == cred->user_ns && ns->owner == cred->euid)
			return true;
		ns = ns->parent;
	}
}

static bool bpf_ns_capable(const struct cred *cred, const struct user_namespace *ns, int cap)
{
	return ns_capable(cred, ns, cap) || (cap != CAP_SYS_ADMIN && ns_capable(cred, ns, CAP_SYS_ADMIN));
}

#ifdef PROFILE_V12
static bool token_capable(const struct cred *cred, const struct bpf_token *token, int cap)
{
	if (token && cred->user_ns == token->userns && bpf_ns_capable(cred, token->userns, cap))
		return true;
	return bpf_ns_capable(cred, &init_user_ns, cap);
}
#else
static bool token_capable(const struct cred *cred, const struct bpf_token *token, int cap)
{
	return bpf_ns_capable(cred, token ? token->userns : &init_user_ns, cap);
}
#endif

static bool token_allow_cmd(const struct cred *cred, const struct bpf_token *token, enum bpf_cmd cmd)
{
	if (!token)
		return false;
#ifdef PROFILE_V12
	if (cred->user_ns != token->userns)
		return false;
#else
	(void)cred;
#endif
	return bit(token->allowed_cmds, cmd);
}

static bool token_allow_map_type(const struct bpf_token *token, unsigned int type)
{
	if (!token || type >= MAX_MAP_TYPE)
		return false;
	return bit(token->allowed_maps, type);
}

static bool token_allow_prog_type(const struct bpf_token *token, unsigned int type, unsigned int attach_type)
{
	if (!token || type >= MAX_PROG_TYPE || attach_type >= MAX_ATTACH_TYPE)
		return false;
	return bit(token->allowed_progs, type) && bit(token->allowed_attachs, attach_type);
}

static int map_create(const struct cred *cred, const struct bpf_token *token, const struct row *row)
{
	if (row->type == MAP_UNSPEC || row->type >= MAX_MAP_TYPE)
		return -EINVAL;

	if (!token_allow_cmd(cred, token, BPF_MAP_CREATE) || !token_allow_map_type(token, row->type))
		token = NULL;

	if (sysctl_unprivileged_bpf_disabled && !token_capable(cred, token, CAP_BPF))
		return -EPERM;

	switch (row->type) {
	case MAP_ARRAY:
	case MAP_PERCPU_ARRAY:
	case MAP_PROG_ARRAY:
	case MAP_PERF_EVENT_ARRAY:
	case MAP_CGROUP_ARRAY:
	case MAP_ARRAY_OF_MAPS:
	case MAP_HASH:
	case MAP_PERCPU_HASH:
	case MAP_HASH_OF_MAPS:
	case MAP_RINGBUF:
	case MAP_USER_RINGBUF:
	case MAP_CGROUP_STORAGE:
	case MAP_PERCPU_CGROUP_STORAGE:
		break;
	case MAP_SOCKMAP:
	case MAP_SOCKHASH:
	case MAP_DEVMAP:
	case MAP_DEVMAP_HASH:
	case MAP_XSKMAP:
		if (!token_capable(cred, token, CAP_NET_ADMIN))
			return -EPERM;
		break;
	default:
		if (!token_capable(cred, token, CAP_BPF))
			return -EPERM;
		break;
	}
	return 0;
}

static bool is_net_admin_prog_type(unsigned int type)
{
	switch (type) {
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
	case PROG_XDP:
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
	case PROG_LWT_SEG6LOCAL:
	case PROG_SK_SKB:
	case PROG_SK_MSG:
	case PROG_FLOW_DISSECTOR:
	case PROG_CGROUP_DEVICE:
	case PROG_CGROUP_SOCK:
	case PROG_CGROUP_SOCK_ADDR:
	case PROG_CGROUP_SOCKOPT:
	case PROG_CGROUP_SYSCTL:
	case PROG_SOCK_OPS:
	case PROG_EXT:
	case PROG_NETFILTER:
		return true;
	default:
		return false;
	}
}

static bool is_perfmon_prog_type(unsigned int type)
{
	switch (type) {
	case PROG_KPROBE:
	case PROG_TRACEPOINT:
	case PROG_PERF_EVENT:
	case PROG_RAW_TRACEPOINT:
	case PROG_RAW_TRACEPOINT_WRITABLE:
	case PROG_TRACING:
	case PROG_LSM:
	case PROG_STRUCT_OPS:
	case PROG_EXT:
		return true;
	default:
		return false;
	}
}

static unsigned int fixup_attach_type(unsigned int type, unsigned int attach_type)
{
	if (attach_type)
		return attach_type;
	switch (type) {
	case PROG_CGROUP_SOCK:
		return ATTACH_CGROUP_INET_SOCK_CREATE;
	case PROG_SK_REUSEPORT:
		return ATTACH_SK_REUSEPORT_SELECT;
	default:
		return 0;
	}
}

static int check_attach(unsigned int type, unsigned int attach_type)
{
	switch (type) {
	case PROG_CGROUP_SOCK:
		switch (attach_type) {
		case ATTACH_CGROUP_INET_SOCK_CREATE:
		case ATTACH_CGROUP_INET_SOCK_RELEASE:
		case ATTACH_CGROUP_INET4_POST_BIND:
		case ATTACH_CGROUP_INET6_POST_BIND:
			return 0;
		default:
			return -EINVAL;
		}
	case PROG_CGROUP_SOCK_ADDR:
		switch (attach_type) {
		case ATTACH_CGROUP_INET4_BIND:
		case ATTACH_CGROUP_INET6_BIND:
		case ATTACH_CGROUP_INET4_CONNECT:
		case ATTACH_CGROUP_INET6_CONNECT:
		case ATTACH_CGROUP_UNIX_CONNECT:
		case ATTACH_CGROUP_INET4_GETPEERNAME:
		case ATTACH_CGROUP_INET6_GETPEERNAME:
		case ATTACH_CGROUP_UNIX_GETPEERNAME:
		case ATTACH_CGROUP_INET4_GETSOCKNAME:
		case ATTACH_CGROUP_INET6_GETSOCKNAME:
		case ATTACH_CGROUP_UNIX_GETSOCKNAME:
		case ATTACH_CGROUP_UDP4_SENDMSG:
		case ATTACH_CGROUP_UDP6_SENDMSG:
		case ATTACH_CGROUP_UNIX_SENDMSG:
		case ATTACH_CGROUP_UDP4_RECVMSG:
		case ATTACH_CGROUP_UDP6_RECVMSG:
		case ATTACH_CGROUP_UNIX_RECVMSG:
			return 0;
		default:
			return -EINVAL;
		}
	case PROG_CGROUP_SKB:
		switch (attach_type) {
		case ATTACH_CGROUP_INET_INGRESS:
		case ATTACH_CGROUP_INET_EGRESS:
			return 0;
		default:
			return -EINVAL;
		}
	case PROG_CGROUP_SOCKOPT:
		switch (attach_type) {
		case ATTACH_CGROUP_SETSOCKOPT:
		case ATTACH_CGROUP_GETSOCKOPT:
			return 0;
		default:
			return -EINVAL;
		}
	case PROG_SK_LOOKUP:
		return attach_type == ATTACH_SK_LOOKUP ? 0 : -EINVAL;
	case PROG_SK_REUSEPORT:
		switch (attach_type) {
		case ATTACH_SK_REUSEPORT_SELECT:
		case ATTACH_SK_REUSEPORT_SELECT_OR_MIGRATE:
			return 0;
		default:
			return -EINVAL;
		}
	case PROG_NETFILTER:
		return attach_type == ATTACH_NETFILTER ? 0 : -EINVAL;
	case PROG_SYSCALL:
	case PROG_EXT:
		return attach_type ? -EINVAL : 0;
	default:
		return 0;
	}
}

static int prog_load(const struct cred *cred, const struct bpf_token *token, const struct row *row, uint32_t insn_cnt)
{
	unsigned int type = row->type;
	unsigned int attach_type = fixup_attach_type(type, row->attach_type);
	bool bpf_cap;

	if (!token_allow_cmd(cred, token, BPF_PROG_LOAD) || !token_allow_prog_type(token, type, attach_type))
		token = NULL;

	bpf_cap = token_capable(cred, token, CAP_BPF);
	if (sysctl_unprivileged_bpf_disabled && !bpf_cap)
		return -EPERM;
	if (insn_cnt == 0 || insn_cnt > (bpf_cap ? MAX_INSNS : MAX_INSNS_UNPRIVILEGED))
		return -E2BIG;
	if (type != PROG_SOCKET_FILTER && type != PROG_CGROUP_SKB && !bpf_cap)
		return -EPERM;
	if (is_net_admin_prog_type(type) && !token_capable(cred, token, CAP_NET_ADMIN))
		return -EPERM;
	if (is_perfmon_prog_type(type) && !token_capable(cred, token, CAP_PERFMON))
		return -EPERM;
	if (check_attach(type, attach_type))
		return -EINVAL;
	if (type == PROG_UNSPEC || type >= MAX_PROG_TYPE)
		return -EINVAL;
	return 0;
}

static int btf_load(const struct cred *cred, const struct bpf_token *token)
{
	if (!token_allow_cmd(cred, token, BPF_BTF_LOAD))
		token = NULL;
	return token_capable(cred, token, CAP_BPF) ? 0 : -EPERM;
}

static int sys_bpf(const struct cred *cred, const struct bpf_token *token, const struct row *row, uint32_t insn_cnt)
{
	switch (row->cmd) {
	case BPF_MAP_CREATE:
		return map_create(cred, token, row);
	case BPF_PROG_LOAD:
		return prog_load(cred, token, row, insn_cnt);
	case BPF_BTF_LOAD:
		return btf_load(cred, token);
	default:
		return -EINVAL;
	}
}

__attribute__((noinline)) static void decide_all(const struct cred *tasks, const struct bpf_token *tokens,
						 const struct row *rows, const uint32_t *insn_cnts, size_t count,
						 uint8_t *allowed)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		const struct bpf_token *token = row->token == NO_TOKEN ? NULL : &tokens[row->token];

		allowed[i] = sys_bpf(&tasks[row->task], token, row, insn_cnts ? insn_cnts[i] : 1) == 0;
	}
}

static void fail(const char *what)
{
	fprintf(stderr, "decide: %s\n", what);
	exit(1);
}

static void *alloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory)
		fail("out of memory");
	return memory;
}

static void take(FILE *file, void *to, size_t bytes)
{
	if (bytes && fread(to, bytes, 1, file) != 1)
		fail("the file ends too early");
}

static double now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1e9 + at.tv_nsec;
}

int main(int argc, char **argv)
{
	uint32_t header[7];
	FILE *file;

	if (argc != 4)
		fail("usage: decide FILE REPETITIONS OUT");
	file = fopen(argv[1], "rb");
	if (!file)
		fail("cannot open the file");
	take(file, header, sizeof(header));
	if (header[0] != FILE_MAGIC)
		fail("not a world file");
	sysctl_unprivileged_bpf_disabled = header[1];
	size_t nr_userns = header[2], nr_tasks = header[3], nr_tokens = header[4], nr_rows = header[5];

	struct user_namespace *others = alloc(nr_userns, sizeof(*others));
	struct user_namespace **userns = alloc(nr_userns, sizeof(*userns));
	for (size_t i = 0; i < nr_userns; i++) {
		uint32_t from[2];

		take(file, from, sizeof(from));
		if (i && from[0] >= i)
			fail("a namespace comes before its parent");
		userns[i] = i ? &others[i] : &init_user_ns;
		userns[i]->parent = i ? userns[from[0]] : NULL;
		userns[i]->level = i ? userns[from[0]]->level + 1 : 0;
		userns[i]->owner = from[1];
	}

	struct cred *tasks = alloc(nr_tasks, sizeof(*tasks));
	for (size_t i = 0; i < nr_tasks; i++) {
		struct { uint32_t userns, euid; uint64_t effective; } from;

		take(file, &from, sizeof(from));
		if (from.userns >= nr_userns)
			fail("a task in no namespace");
		tasks[i].user_ns = userns[from.userns];
		tasks[i].euid = from.euid;
		tasks[i].cap_effective = from.effective;
	}

	struct bpf_token *tokens = alloc(nr_tokens, sizeof(*tokens));
	for (size_t i = 0; i < nr_tokens; i++) {
		struct { uint32_t userns, zero; uint64_t masks[4]; } from;

		take(file, &from, sizeof(from));
		if (from.userns >= nr_userns)
			fail("a token of no namespace");
		tokens[i].userns = userns[from.userns];
		tokens[i].allowed_cmds = from.masks[0];
		tokens[i].allowed_maps = from.masks[1];
		tokens[i].allowed_progs = from.masks[2];
		tokens[i].allowed_attachs = from.masks[3];
	}

	struct row *rows = alloc(nr_rows, sizeof(*rows));
	uint8_t *allowed = alloc(nr_rows, 1);
	take(file, rows, nr_rows * sizeof(*rows));
	uint32_t *insn_cnts = NULL;
	if (header[6]) {
		insn_cnts = alloc(nr_rows, sizeof(*insn_cnts));
		take(file, insn_cnts, nr_rows * sizeof(*insn_cnts));
	}
	fclose(file);
	for (size_t i = 0; i < nr_rows; i++) {
		if (rows[i].task >= nr_tasks || (rows[i].token != NO_TOKEN && rows[i].token >= nr_tokens))
			fail("a row names a task or token that does not exist");
	}

	decide_all(tasks, tokens, rows, insn_cnts, nr_rows, allowed);
	printf("{\"ns_per_check\": [");
	int repetitions = atoi(argv[2]);
	for (int i = 0; i < repetitions; i++) {
		double start = now_ns();

		decide_all(tasks, tokens, rows, insn_cnts, nr_rows, allowed);
		printf("%s%.4f", i ? ", " : "", (now_ns() - start) / (double)nr_rows);
	}
	printf("]}\n");

	FILE *out = fopen(argv[3], "wb");
	if (!out || (nr_rows && fwrite(allowed, nr_rows, 1, out) != 1) || fclose(out))
		fail("cannot write the answers");
	return 0;
}
