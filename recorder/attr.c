/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *const VARIANT_NAMES[VARIANTS] = {
	"plain", "attr_tail_nonzero", "attr_nonzero_past_union", "map_zero_seed", "map_bad_key_size", "map_rdonly_wronly",
	"map_unknown_flag", "map_extra", "prog_insn_cnt_0", "prog_unknown_flag", "prog_5000_insns", "prog_attach_btf_id",
	"btf_bad_magic", "btf_unknown_flag", "id_missing", "id_start_max",
};
const char *const TOKEN_FD_NAMES[TOKEN_FDS] = {
	"none", "token", "flag_unset_fd_set", "closed", "negative", "not_token_devnull", "not_token_bpffs_dir",
	"not_token_map", "opath_token", "flag_set_fd0",
};

enum {
	F_NO_PREALLOC = 1 << 0, F_RDONLY = 1 << 3, F_WRONLY = 1 << 4, F_ZERO_SEED = 1 << 6, F_MMAPABLE = 1 << 10,
	F_TOKEN_FD = 1 << 16, F_SLEEPABLE = 1 << 4, F_ALLOW_MULTI = 1 << 1
};
/* Nothing is open on it: limits keep descriptors far below. */
enum { CLOSED_FD = 900000, MISSING_ID = 0x7ffffff0, START_MAX = 0x7fffffff };

enum { MOV64_IMM = 0xb7, EXIT = 0x95 };
enum { LONG_PROGRAM = 5000 };

/* A BTF blob with one type: 1, a signed 32-bit integer. */
static const struct {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header, type_off, type_len, str_off, str_len;
	uint32_t name, info, size, encoding;
	char strings[8];
} INT_BTF = { 0xeb9f, 1, 0, 24, 0, 16, 16, 5, 1, 1u << 24, 4, 1u << 24 | 32, "\0int" };

void put32(struct attr *attr, unsigned offset, uint32_t value)
{
	memcpy(attr->bytes + offset, &value, sizeof(value));
}

void put64(struct attr *attr, unsigned offset, uint64_t value)
{
	memcpy(attr->bytes + offset, &value, sizeof(value));
}

static uint32_t get32(const struct attr *attr, unsigned offset)
{
	uint32_t value;

	memcpy(&value, attr->bytes + offset, sizeof(value));
	return value;
}

static int prog_is(unsigned type, const char *name)
{
	const char *own = name_of(KIND_PROG, type);

	return own && strcmp(own, name) == 0;
}

static int attach_is(unsigned attach, const char *name)
{
	const char *own = name_of(KIND_ATTACH, attach);

	return own && strcmp(own, name) == 0;
}

int is_struct_ops(unsigned prog_type)
{
	return prog_is(prog_type, "struct_ops");
}

int attach_value(const char *name)
{
	for (int i = 0; i < vocabulary[KIND_ATTACH].count; i++)
		if (strcmp(vocabulary[KIND_ATTACH].items[i].name, name) == 0)
			return vocabulary[KIND_ATTACH].items[i].value;
	return -1;
}

/* Attach types that suit a program type, by the names libbpf gives its sections; 0 for types not named. */
static const struct {
	const char *prog, *attachs[20]; /* up to NULL */
} FITTING[] = {
	{ "cgroup_skb", { "cgroup_inet_ingress", "cgroup_inet_egress" } },
	{ "cgroup_sock",
	  { "cgroup_inet_ingress", "cgroup_inet_sock_create", "cgroup_inet_sock_release", "cgroup_inet4_post_bind",
	    "cgroup_inet6_post_bind" } },
	{ "cgroup_sock_addr",
	  { "cgroup_inet4_bind", "cgroup_inet6_bind", "cgroup_inet4_connect", "cgroup_inet6_connect",
	    "cgroup_unix_connect", "cgroup_udp4_sendmsg", "cgroup_udp6_sendmsg", "cgroup_unix_sendmsg",
	    "cgroup_udp4_recvmsg", "cgroup_udp6_recvmsg", "cgroup_unix_recvmsg", "cgroup_inet4_getpeername",
	    "cgroup_inet6_getpeername", "cgroup_unix_getpeername", "cgroup_inet4_getsockname",
	    "cgroup_inet6_getsockname", "cgroup_unix_getsockname" } },
	{ "cgroup_sockopt", { "cgroup_setsockopt", "cgroup_getsockopt" } },
	{ "cgroup_device", { "cgroup_inet_ingress", "cgroup_device" } },
	{ "cgroup_sysctl", { "cgroup_inet_ingress", "cgroup_sysctl" } },
	{ "sock_ops", { "cgroup_inet_ingress", "cgroup_sock_ops" } },
	{ "sk_skb", { "cgroup_inet_ingress", "sk_skb_stream_parser", "sk_skb_stream_verdict", "sk_skb_verdict" } },
	{ "sk_msg", { "cgroup_inet_ingress", "sk_msg_verdict" } },
	{ "sk_lookup", { "sk_lookup" } },
	{ "sk_reuseport", { "cgroup_inet_ingress", "sk_reuseport_select", "sk_reuseport_select_or_migrate" } },
	{ "lirc_mode2", { "cgroup_inet_ingress", "lirc_mode2" } },
	{ "flow_dissector", { "cgroup_inet_ingress", "flow_dissector" } },
	{ "xdp", { "cgroup_inet_ingress", "xdp", "xdp_devmap", "xdp_cpumap" } },
	{ "sched_cls", { "cgroup_inet_ingress", "tcx_ingress", "tcx_egress", "netkit_primary", "netkit_peer" } },
	{ "kprobe",
	  { "cgroup_inet_ingress", "trace_kprobe_multi", "trace_uprobe_multi", "trace_kprobe_session",
	    "trace_uprobe_session" } },
	{ "perf_event", { "cgroup_inet_ingress", "perf_event" } },
	{ "tracing", { "trace_raw_tp", "trace_fentry", "trace_fexit", "modify_return", "trace_iter" } },
	{ "lsm", { "lsm_mac" } },
	{ "netfilter", { "netfilter" } },
};

const char *const *fitting_attachs(unsigned prog_type)
{
	static const char *const none[] = { NULL };

	for (unsigned i = 0; i < ARRAY_LEN(FITTING); i++)
		if (prog_is(prog_type, FITTING[i].prog))
			return FITTING[i].attachs;
	return none;
}

unsigned fixed_up_attach(unsigned prog_type, unsigned attach)
{
	if (attach == 0 && prog_is(prog_type, "cgroup_sock"))
		return (unsigned)attach_value("cgroup_inet_sock_create");
	if (attach == 0 && prog_is(prog_type, "sk_reuseport"))
		return (unsigned)attach_value("sk_reuseport_select");
	return attach;
}

unsigned draw_fitting_attach(struct rng *rng, unsigned prog_type)
{
	const char *const *fitting = fitting_attachs(prog_type);
	unsigned count = 0;
	int value;

	while (fitting[count])
		count++;
	if (!count)
		return 0;
	value = attach_value(fitting[rng_below(rng, count)]);
	return value < 0 ? 0 : (unsigned)value;
}

/* Valid attributes for the type; types without a line are like a hash. */
static void map_attr(struct attr *attr, unsigned type)
{
	enum { INNER = 1, BTF = 2, STRUCT_OPS = 4 };
	static const struct {
		const char *type;
		unsigned short key, value, entries, flags, more;
	} types[] = {
		{ "stack_trace", 4, 8, 4, 0, 0 },
		{ "lpm_trie", 8, 4, 4, F_NO_PREALLOC, 0 },
		{ "array_of_maps", 4, 4, 4, 0, INNER },
		{ "hash_of_maps", 4, 4, 4, 0, INNER },
		{ "cgroup_storage", 16, 4, 0, 0, 0 },
		{ "percpu_cgroup_storage", 16, 4, 0, 0, 0 },
		{ "reuseport_sockarray", 4, 8, 4, 0, 0 },
		{ "queue", 0, 4, 4, 0, 0 },
		{ "stack", 0, 4, 4, 0, 0 },
		{ "bloom_filter", 0, 4, 4, 0, 0 },
		{ "ringbuf", 0, 0, 4096, 0, 0 },
		{ "user_ringbuf", 0, 0, 4096, 0, 0 },
		{ "sk_storage", 4, 4, 0, F_NO_PREALLOC, BTF },
		{ "inode_storage", 4, 4, 0, F_NO_PREALLOC, BTF },
		{ "task_storage", 4, 4, 0, F_NO_PREALLOC, BTF },
		{ "cgrp_storage", 4, 4, 0, F_NO_PREALLOC, BTF },
		{ "struct_ops", 4, 0, 1, 0, STRUCT_OPS },
		{ "arena", 0, 0, 1, F_MMAPABLE, 0 },
		{ "insn_array", 4, 16, 4, 0, 0 },
		{ "rhash", 4, 4, 4, F_NO_PREALLOC, 0 },
	};
	const char *name = name_of(KIND_MAP, type);

	put32(attr, 0, type);
	put32(attr, 4, 4);
	put32(attr, 8, 4);
	put32(attr, 12, 4);
	for (unsigned i = 0; name && i < ARRAY_LEN(types); i++) {
		if (strcmp(types[i].type, name) != 0)
			continue;
		put32(attr, 4, types[i].key);
		put32(attr, 8, types[i].value);
		put32(attr, 12, types[i].entries);
		put32(attr, 16, types[i].flags);
		if (types[i].more & INNER)
			put32(attr, 20, (uint32_t)fixtures.array_map);
		if (types[i].more & BTF) {
			put32(attr, 48, (uint32_t)fixtures.btf);
			put32(attr, 52, 1);
			put32(attr, 56, 1);
		}
		if (types[i].more & STRUCT_OPS) {
			put32(attr, 8, btf_ids.struct_ops_value_size);
			put32(attr, 48, (uint32_t)fixtures.btf);
			put32(attr, 60, btf_ids.struct_ops_value);
		}
	}
}

static unsigned attach_btf_id(unsigned type, unsigned attach)
{
	if (prog_is(type, "struct_ops"))
		return btf_ids.tcp_congestion_ops;
	if (prog_is(type, "lsm"))
		return btf_ids.lsm_func;
	if (!prog_is(type, "tracing"))
		return 0;
	if (attach_is(attach, "trace_raw_tp"))
		return btf_ids.raw_tp_typedef;
	if (attach_is(attach, "trace_iter"))
		return btf_ids.iter_func;
	if (attach_is(attach, "modify_return"))
		return btf_ids.modify_return_func;
	return btf_ids.fentry_func;
}

/* The program ends at once, with what its type may return. */
static void prog_attr(struct attr *attr, unsigned type, unsigned attach)
{
	static struct insn programs[2][2] = {
		{ { MOV64_IMM, 0, 0, 0 }, { EXIT, 0, 0, 0 } },
		{ { MOV64_IMM, 0, 0, 1 }, { EXIT, 0, 0, 0 } },
	};
	static const char license[] = "GPL";
	const char *name = name_of(KIND_PROG, type);
	int one = name && (strncmp(name, "cgroup_", 7) == 0 || strcmp(name, "sk_lookup") == 0);

	put32(attr, 0, type);
	put32(attr, 4, 2);
	put64(attr, 8, (uintptr_t)programs[one]);
	put64(attr, 16, (uintptr_t)license);
	if (prog_is(type, "syscall"))
		put32(attr, 44, F_SLEEPABLE);
	put32(attr, 68, attach);
	put32(attr, 108, attach_btf_id(type, attach));
}

/* Where a command's token descriptor and the flags that announce it are; 0: it has none. */
static void token_fields(unsigned cmd, unsigned *fd, unsigned *flags)
{
	switch (cmd) {
	case CMD_MAP_CREATE:
		*fd = 76;
		*flags = 16;
		break;
	case CMD_PROG_LOAD:
		*fd = 144;
		*flags = 44;
		break;
	case CMD_BTF_LOAD:
		*fd = 36;
		*flags = 32;
		break;
	case CMD_BTF_GET_FD_BY_ID:
	case CMD_PROG_GET_FD_BY_ID:
	case CMD_MAP_GET_FD_BY_ID:
	case CMD_LINK_GET_FD_BY_ID:
	case CMD_PROG_GET_NEXT_ID:
	case CMD_MAP_GET_NEXT_ID:
	case CMD_BTF_GET_NEXT_ID:
	case CMD_LINK_GET_NEXT_ID:
		*fd = 12;
		*flags = 8;
		break;
	default:
		*fd = *flags = 0;
	}
}

int takes_token_field(unsigned cmd)
{
	unsigned fd, flags;

	token_fields(cmd, &fd, &flags);
	return fd != 0;
}

static void put_token(struct attr *attr, const struct request *request, const struct token *token)
{
	static const int fixed[TOKEN_FDS] = { [T_CLOSED] = CLOSED_FD, [T_NEGATIVE] = -1, [T_FD0] = 0 };
	unsigned fd_at, flags_at;
	int fd = fixed[request->token_fd];

	token_fields(request->cmd, &fd_at, &flags_at);
	if (fd_at == 0 || request->token_fd == T_NONE)
		return;
	switch (request->token_fd) {
	case T_TOKEN:
	case T_FLAG_UNSET:
		fd = token->fd;
		break;
	case T_OPATH:
		fd = token->opath_fd;
		break;
	case T_BPFFS_DIR:
		fd = token->bpffs_fd;
		break;
	case T_DEVNULL:
		fd = fixtures.devnull;
		break;
	case T_MAP:
		fd = fixtures.array_map;
		break;
	default:
		break;
	}
	put32(attr, fd_at, (uint32_t)fd);
	if (request->token_fd != T_FLAG_UNSET)
		put32(attr, flags_at, get32(attr, flags_at) | F_TOKEN_FD);
}

/* Attributes of the commands that no token takes part in: by descriptor, or by a capability in the initial namespace. */
static void other_attr(struct attr *attr, const struct request *request)
{
	static uint64_t key, value;
	static unsigned char packet[64];

	switch (request->cmd) {
	case CMD_MAP_LOOKUP_ELEM:
	case CMD_MAP_UPDATE_ELEM:
	case CMD_MAP_GET_NEXT_KEY:
		put32(attr, 0, (uint32_t)fixtures.array_map);
		put64(attr, 8, (uintptr_t)&key);
		put64(attr, 16, (uintptr_t)&value);
		break;
	case CMD_MAP_DELETE_ELEM:
	case CMD_MAP_LOOKUP_AND_DELETE_ELEM:
		put32(attr, 0, (uint32_t)request->own_fd);
		put64(attr, 8, (uintptr_t)&key);
		if (request->cmd == CMD_MAP_LOOKUP_AND_DELETE_ELEM)
			put64(attr, 16, (uintptr_t)&value);
		break;
	case CMD_MAP_FREEZE:
		put32(attr, 0, (uint32_t)request->own_fd);
		break;
	case CMD_MAP_LOOKUP_BATCH:
		put64(attr, 8, (uintptr_t)&key);
		put64(attr, 16, (uintptr_t)packet);
		put64(attr, 24, (uintptr_t)packet);
		put32(attr, 32, 1);
		put32(attr, 36, (uint32_t)fixtures.array_map);
		break;
	case CMD_OBJ_GET:
		put64(attr, 0, (uintptr_t)"/no/such/path");
		break;
	case CMD_OBJ_GET_INFO_BY_FD:
		put32(attr, 0, (uint32_t)fixtures.array_map);
		put32(attr, 4, sizeof(packet));
		put64(attr, 8, (uintptr_t)packet);
		break;
	case CMD_PROG_BIND_MAP:
		put32(attr, 0, (uint32_t)fixtures.prog);
		put32(attr, 4, (uint32_t)fixtures.array_map);
		break;
	case CMD_PROG_TEST_RUN:
		put32(attr, 0, (uint32_t)fixtures.prog);
		put32(attr, 8, sizeof(packet));
		put64(attr, 16, (uintptr_t)packet);
		break;
	case CMD_PROG_GET_FD_BY_ID:
		put32(attr, 0, fixtures.prog_id);
		break;
	case CMD_MAP_GET_FD_BY_ID:
		put32(attr, 0, fixtures.map_id);
		break;
	case CMD_LINK_GET_FD_BY_ID:
		put32(attr, 0, fixtures.link_id);
		break;
	case CMD_TASK_FD_QUERY:
		put32(attr, 0, (uint32_t)getpid());
		put32(attr, 4, (uint32_t)fixtures.link);
		break;
	case CMD_PROG_QUERY:
		put32(attr, 0, (uint32_t)fixtures.cgroup);
		break;
	case CMD_PROG_ATTACH:
		put32(attr, 0, (uint32_t)fixtures.cgroup);
		put32(attr, 4, (uint32_t)request->own_fd);
		put32(attr, 8, request->attach);
		put32(attr, 12, F_ALLOW_MULTI);
		break;
	case CMD_LINK_CREATE:
		put32(attr, 0, (uint32_t)request->own_fd);
		put32(attr, 4, (uint32_t)fixtures.cgroup);
		put32(attr, 8, request->attach);
		break;
	default:
		break;
	}
}

static void put_variant(struct attr *attr, const struct request *request)
{
	static struct insn long_program[LONG_PROGRAM];

	switch (request->variant) {
	case V_ATTR_TAIL_NONZERO:
		attr->bytes[attr_size - 1] = 1;
		break;
	case V_ATTR_NONZERO_PAST_UNION:
		attr->size = attr_size + 8;
		attr->bytes[attr->size - 1] = 1;
		break;
	case V_MAP_ZERO_SEED:
		put32(attr, 16, get32(attr, 16) | F_ZERO_SEED);
		break;
	case V_MAP_BAD_KEY_SIZE:
		put32(attr, 4, get32(attr, 4) == 0 ? 4 : get32(attr, 4) == 4 ? 0 : 3);
		break;
	case V_MAP_RDONLY_WRONLY:
		put32(attr, 16, get32(attr, 16) | F_RDONLY | F_WRONLY);
		break;
	case V_MAP_UNKNOWN_FLAG:
		put32(attr, 16, get32(attr, 16) | 1u << 30);
		break;
	case V_MAP_EXTRA:
		put64(attr, 64, 1);
		break;
	case V_PROG_INSN_CNT_0:
		put32(attr, 4, 0);
		break;
	case V_PROG_UNKNOWN_FLAG:
		put32(attr, 44, get32(attr, 44) | 1u << 30);
		break;
	case V_PROG_5000_INSNS:
		for (int i = 0; i < LONG_PROGRAM - 1; i++)
			long_program[i] = (struct insn){ MOV64_IMM, 0, 0, 0 };
		long_program[LONG_PROGRAM - 1] = (struct insn){ EXIT, 0, 0, 0 };
		put32(attr, 4, LONG_PROGRAM);
		put64(attr, 8, (uintptr_t)long_program);
		break;
	case V_PROG_ATTACH_BTF_ID:
		put32(attr, 108, btf_ids.fentry_func);
		break;
	case V_BTF_UNKNOWN_FLAG:
		put32(attr, 32, get32(attr, 32) | 1u << 30);
		break;
	case V_ID_MISSING:
		put32(attr, 0, MISSING_ID);
		break;
	case V_ID_START_MAX:
		put32(attr, 0, START_MAX);
		break;
	default:
		break;
	}
}

void request_attr(struct attr *attr, const struct request *request, const struct token *token)
{
	static unsigned char bad_btf[sizeof(INT_BTF)];

	memset(attr, 0, sizeof(*attr));
	attr->size = attr_size;
	switch (request->cmd) {
	case CMD_MAP_CREATE:
		map_attr(attr, request->type);
		break;
	case CMD_PROG_LOAD:
		prog_attr(attr, request->type, request->attach);
		break;
	case CMD_BTF_LOAD:
		memcpy(bad_btf, &INT_BTF, sizeof(bad_btf));
		bad_btf[0] ^= 0xff;
		put64(attr, 0, request->variant == V_BTF_BAD_MAGIC ? (uintptr_t)bad_btf : (uintptr_t)&INT_BTF);
		put32(attr, 16, 24 + 16 + 5);
		break;
	case CMD_BTF_GET_FD_BY_ID:
		put32(attr, 0, 1); /* vmlinux */
		break;
	default:
		other_attr(attr, request);
	}
	put_token(attr, request, token);
	put_variant(attr, request);
}

static int returns_fd(unsigned cmd)
{
	switch (cmd) {
	case CMD_MAP_CREATE:
	case CMD_PROG_LOAD:
	case CMD_BTF_LOAD:
	case CMD_BTF_GET_FD_BY_ID:
	case CMD_PROG_GET_FD_BY_ID:
	case CMD_MAP_GET_FD_BY_ID:
	case CMD_LINK_GET_FD_BY_ID:
	case CMD_LINK_CREATE:
	case CMD_ENABLE_STATS:
		return 1;
	default:
		return 0;
	}
}

long request_ask(const struct request *request, const struct token *token)
{
	struct attr attr, detach = { .size = 20 };
	long ret;

	request_attr(&attr, request, token);
	ret = sys_bpf((int)request->cmd, attr.bytes, attr.size);
	if (ret >= 0 && returns_fd(request->cmd)) {
		close((int)ret);
		return 0;
	}
	if (ret == 0 && request->cmd == CMD_PROG_ATTACH) {
		put32(&detach, 0, (uint32_t)fixtures.cgroup);
		put32(&detach, 4, (uint32_t)request->own_fd);
		put32(&detach, 8, request->attach);
		if (sys_bpf(CMD_PROG_DETACH, detach.bytes, detach.size) != 0)
			fail("cannot detach a program");
	}
	return ret;
}

long prog_load(unsigned type, unsigned attach, const struct token *token)
{
	struct request request = { .cmd = CMD_PROG_LOAD, .type = type, .attach = attach,
				   .token_fd = token ? T_TOKEN : T_NONE };
	struct attr attr;

	request_attr(&attr, &request, token);
	return sys_bpf(CMD_PROG_LOAD, attr.bytes, attr.size);
}

/*
 * Whether this machine refuses to load such programs to root with every capability, before it looks at anything: a
 * program without instructions is E2BIG to the kernel itself. Then a security module decides, and not what is recorded.
 */
int refused_to_root(unsigned type, unsigned attach)
{
	static unsigned char known[64][128];
	unsigned at = attach < 128 ? attach : 127;
	struct request request = { .cmd = CMD_PROG_LOAD, .type = type, .attach = attach, .variant = V_PROG_INSN_CNT_0 };
	struct attr attr;

	if (type >= 64)
		return 0;
	if (!known[type][at]) {
		request_attr(&attr, &request, NULL);
		known[type][at] = sys_bpf(CMD_PROG_LOAD, attr.bytes, attr.size) == -EPERM ? 2 : 1;
	}
	return known[type][at] == 2;
}
