/* SPDX-License-Identifier: MIT */
/* Family lsm: the same calls while a BPF LSM program refuses some of what is asked of tokens. */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum hook { H_CREATE, H_CMD, H_CAPABLE, HOOKS };
static const char *const HOOK_NAMES[HOOKS] = { "bpf_token_create", "bpf_token_cmd", "bpf_token_capable" };

enum { CASES_A_WORLD = 72, CASES_A_HOOK = 24, TOKENS_A_WORLD = 10, PROG_TYPE_LSM = 29, ATTACH_LSM_MAC = 27 };

/* The name of the calling process: the program must not refuse any other process of this machine. */
static const char ASKER[8] = { 'b', 't', 'o', 'k', '-', 'r', 'e', 'c' };

struct refusal {
	enum hook hook;
	int returns;
	int only_if; /* the hook's second argument, or -1 for always */
};

static struct world world;
static struct refusal refusal;
static int first_case;

/* A program on the hook: {only_if} {asker} return an errno, else 0. Returns the link. */
static int attach(const struct refusal *what)
{
	uint32_t asker[2];
	struct insn program[16];
	struct attr attr = { .size = attr_size };
	unsigned btf_id = what->hook == H_CREATE ? btf_ids.lsm_token_create
			  : what->hook == H_CMD  ? btf_ids.lsm_token_cmd
						 : btf_ids.lsm_token_capable;
	unsigned n = 0;
	int skip[2], skips = 0, fd, link;

	memcpy(asker, ASKER, sizeof(asker));
	if (what->only_if >= 0) {
		program[n++] = (struct insn){ 0x79, 0x12, 8, 0 }; /* r2 = *(u64 *)(r1 + 8) */
		skip[skips++] = (int)n;
		program[n++] = (struct insn){ 0x56, 0x02, 0, what->only_if }; /* if w2 != only_if goto pass */
	}
	program[n++] = (struct insn){ 0xbf, 0xa1, 0, 0 }; /* r1 = r10 */
	program[n++] = (struct insn){ 0x07, 0x01, 0, -16 }; /* r1 += -16 */
	program[n++] = (struct insn){ 0xb7, 0x02, 0, 16 }; /* r2 = 16 */
	program[n++] = (struct insn){ 0x85, 0, 0, 16 }; /* call get_current_comm */
	program[n++] = (struct insn){ 0x79, 0xa1, -16, 0 }; /* r1 = *(u64 *)(r10 - 16) */
	program[n++] = (struct insn){ 0x18, 0x02, 0, (int32_t)asker[0] }; /* r2 = ASKER */
	program[n++] = (struct insn){ 0, 0, 0, (int32_t)asker[1] };
	skip[skips++] = (int)n;
	program[n++] = (struct insn){ 0x5d, 0x21, 0, 0 }; /* if r1 != r2 goto pass */
	program[n++] = (struct insn){ 0xb7, 0, 0, what->returns }; /* r0 = returns */
	program[n++] = (struct insn){ 0x95, 0, 0, 0 }; /* exit */
	for (int i = 0; i < skips; i++)
		program[skip[i]].off = (int16_t)((int)n - skip[i] - 1);
	program[n++] = (struct insn){ 0xb7, 0, 0, 0 }; /* pass: r0 = 0 */
	program[n++] = (struct insn){ 0x95, 0, 0, 0 };

	put32(&attr, 0, PROG_TYPE_LSM);
	put32(&attr, 4, n);
	put64(&attr, 8, (uintptr_t)program);
	put64(&attr, 16, (uintptr_t)"GPL");
	put32(&attr, 68, ATTACH_LSM_MAC);
	put32(&attr, 108, btf_id);
	fd = (int)sys_bpf(CMD_PROG_LOAD, attr.bytes, attr.size);
	if (fd < 0)
		return fd;
	attr = (struct attr){ .size = 16 };
	put32(&attr, 8, (uint32_t)fd);
	link = (int)sys_bpf(CMD_RAW_TRACEPOINT_OPEN, attr.bytes, attr.size);
	close(fd);
	return link;
}

const char *lsm_missing(void)
{
	static char text[1024];
	struct refusal any = { H_CMD, -EPERM, -1 };
	char path[64];
	ssize_t got;
	int fd, link;

	if (!btf_ids.lsm_token_create || !btf_ids.lsm_token_cmd || !btf_ids.lsm_token_capable)
		return "the kernel has no BPF LSM hooks (CONFIG_BPF_LSM)";
	snprintf(path, sizeof(path), "%s/security", scratch);
	mkdir(path, 0755);
	if (mount("recorder", path, "securityfs", 0, NULL) != 0 && errno != EBUSY) /* else it is there already */
		return "securityfs cannot be mounted to see which security modules are active";
	snprintf(path, sizeof(path), "%s/security/lsm", scratch);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got < 0 || !strstr(text, "bpf"))
		return "the bpf security module is not active (lsm=...,bpf on the kernel's command line)";
	link = attach(&any);
	if (link < 0) {
		snprintf(text, sizeof(text), "a BPF LSM program cannot be attached: %s", strerror(-link));
		return text;
	}
	close(link);
	return NULL;
}

static struct refusal draw_refusal(struct rng *rng)
{
	static const int errnos[] = { EPERM, EPERM, EPERM, EACCES, EINVAL, ENOENT, EBUSY, E2BIG };
	static const int cmds[] = { CMD_MAP_CREATE, CMD_PROG_LOAD, CMD_BTF_LOAD, CMD_BTF_GET_FD_BY_ID };
	static const int caps[] = { 39, 38, 12, 21 };
	static const unsigned char weights[HOOKS] = { 20, 40, 40 };
	struct refusal one = { .only_if = -1 };

	one.hook = (enum hook)rng_weighted(rng, weights, HOOKS);
	one.returns = rng_chance(rng, 5) ? 0 : -errnos[rng_below(rng, ARRAY_LEN(errnos))];
	if (one.hook == H_CMD && rng_chance(rng, 60))
		one.only_if = cmds[rng_below(rng, 4)];
	if (one.hook == H_CAPABLE && rng_chance(rng, 60))
		one.only_if = caps[rng_below(rng, 4)];
	return one;
}

void turn_towards_hooks(struct world *in, struct rng *rng)
{
	for (int i = 0; i < in->count; i++) {
		struct request *request = &in->requests[i];
		const struct token *token = &in->tokens[request->token];

		if (rng_chance(rng, 15)) {
			*request = (struct request){ .cmd = CMD_TOKEN_CREATE, .token = request->token, .own_fd = -1 };
		} else if (rng_chance(rng, 60)) {
			int kept = request->token;

			*request = in->focus[kept];
			request->token = kept;
			request->token_fd = takes_token_field(request->cmd) ? T_TOKEN : T_NONE;
		}
		if (rng_chance(rng, 50)) {
			in->callers[i] = ns_root(&in->tree, rng_chance(rng, 80) ? token->ns : 0);
			in->callers[i].caps = rng_chance(rng, 70) ? C_FOUR : draw_caps(rng);
		}
	}
}

static void ask(void *context, int index, struct answer *answer)
{
	const struct request *request = &world.requests[first_case + index];
	const struct token *token = &world.tokens[request->token];
	char name[16] = { 0 };

	(void)context;
	memcpy(name, ASKER, sizeof(ASKER));
	prctl(PR_SET_NAME, name);
	if (request->cmd == CMD_TOKEN_CREATE)
		ask_creation(token, answer);
	else
		answer->ret = (int)request_ask(request, token);
}

void ask_creation(const struct token *token, struct answer *answer)
{
	struct attr attr = { .size = 8 };

	put32(&attr, 4, (uint32_t)token->bpffs_fd);
	answer->ret = (int)sys_bpf(CMD_TOKEN_CREATE, attr.bytes, attr.size);
	if (answer->ret >= 0) {
		token_inspect(answer->ret, answer);
		close(answer->ret);
		answer->ret = 0;
	}
}

void out_creation(const struct world *in, int index)
{
	const struct caller *caller = &in->callers[index];
	const struct token *token = &in->tokens[in->requests[index].token];
	int wanted[] = { caller->ns, token->ns };

	out_tree(&in->tree, wanted, 2, 0);
	out(",");
	out_caller(&in->tree, caller);
	out(",\"cmd\":\"token_create\",\"cmd_nr\":%d,\"bpffs\":{\"ns\":\"%s\",\"level\":%d,\"mode\":\"0777\"",
	    CMD_TOKEN_CREATE, in->tree.ns[token->ns].name, in->tree.ns[token->ns].level);
	for (int i = 0; i < 4; i++)
		out(",\"%s\":\"0x%" PRIx64 "\"", MASK_KEYS[i], token->masks[i]);
	out("},\"fd_kind\":\"bpffs_root\",\"flags\":0,\"attr_size\":8,\"nonzero_byte_at\":null");
}

static void print(int index, const struct answer *answer)
{
	int creates = world.requests[index].cmd == CMD_TOKEN_CREATE;

	out_begin(F_LSM);
	out("\"hook\":\"%s\",\"hook_returns\":%d,\"deny_only_if_arg\":", HOOK_NAMES[refusal.hook], refusal.returns);
	if (refusal.only_if >= 0)
		out("%d,", refusal.only_if);
	else
		out("null,");
	if (creates)
		out_creation(&world, index);
	else
		out_use(&world, index);
	out(",\"result\":");
	out_result(answer->ret);
	if (creates) {
		out(",");
		out_fdinfo_info(answer);
	}
	out("}\n");
}

void record_lsm(int count)
{
	for (int number = 0; count > 0; number++, count -= CASES_A_WORLD) {
		struct rng rng = rng_make(recording.seed, "lsm", (uint64_t)recording.sysctl << 32 | (unsigned)number);

		world_draw(&world, &rng, count < CASES_A_WORLD ? count : CASES_A_WORLD, TOKENS_A_WORLD);
		turn_towards_hooks(&world, &rng);
		world_make(&world);
		for (first_case = 0; first_case < world.count; first_case += CASES_A_HOOK) {
			int left = world.count - first_case, cases = left < CASES_A_HOOK ? left : CASES_A_HOOK, link;

			refusal = draw_refusal(&rng);
			link = attach(&refusal);
			if (link < 0)
				fail("a BPF LSM program cannot be attached: %s", strerror(-link));
			ask_all(&world.tree, world.callers + first_case, cases, ask, NULL);
			close(link);
			for (int i = 0; i < cases; i++)
				if (answers[i].done && !is_skipped(&world, first_case + i))
					print(first_case + i, &answers[i]);
		}
		world_close(&world);
	}
}
