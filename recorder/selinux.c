/* SPDX-License-Identifier: MIT */
/* Family selinux: the same calls by processes in domains of SELinux, with tokens of bpffs that other domains created. */
#define _GNU_SOURCE
#include "recorder.h"

#include <string.h>

enum { CASES_A_WORLD = 144, TOKENS_A_WORLD = 12, GRANTORS = 3 };

static struct world world;
/* The domain of each case's caller. */
static int domains[CASES_A_WORLD];

/* Most cases are about what SELinux checks: the rest are decided as without it, which is to be seen too. */
static void draw_domains(struct rng *rng)
{
	static const unsigned types[] = { 1 /* socket_filter */, 2 /* kprobe */, 6 /* xdp */, 8 /* cgroup_skb */ };

	for (int i = 0; i < world.token_count; i++) {
		world.tokens[i].grantor = 1 + (int)rng_below(rng, GRANTORS);
		/* Without the commands, with each of them, with both. */
		if (rng_chance(rng, 60))
			world.tokens[i].masks[0] |= rng_below(rng, 2) << CMD_MAP_CREATE | rng_below(rng, 2) << CMD_PROG_LOAD;
	}
	for (int i = 0; i < world.count; i++) {
		struct request *request = &world.requests[i];
		int token = request->token;

		domains[i] = rng_chance(rng, 20) ? world.tokens[token].grantor : 1 + (int)rng_below(rng, DOMAINS - 1);
		if (request->cmd == CMD_TOKEN_CREATE || !rng_chance(rng, 60))
			continue;
		*request = (struct request){ .cmd = rng_chance(rng, 50) ? CMD_MAP_CREATE : CMD_PROG_LOAD,
					     .token = token, .own_fd = -1 };
		request->token_fd = rng_chance(rng, 75) ? T_TOKEN : T_NONE;
		if (request->cmd == CMD_MAP_CREATE) {
			request->type = 1 + rng_below(rng, 2); /* hash, array */
			world.tokens[token].masks[1] |= 6;
			continue;
		}
		request->type = types[rng_below(rng, ARRAY_LEN(types))];
		request->attach = draw_fitting_attach(rng, request->type);
		if (rng_chance(rng, 80)) {
			world.tokens[token].masks[2] |= 1u << request->type;
			world.tokens[token].masks[3] |= (uint64_t)1 << request->attach;
		}
	}
}

static void ask(void *context, int index, struct answer *answer)
{
	const struct request *request = &world.requests[index];
	const struct token *token = &world.tokens[request->token];

	(void)context;
	domain_enter(domains[index]);
	if (request->cmd == CMD_TOKEN_CREATE)
		ask_creation(token, answer);
	else
		answer->ret = (int)request_ask(request, token);
	/* The next case's credentials are not those of this domain. */
	domain_enter(0);
}

static void print(int policy, int index, const struct answer *answer)
{
	const struct request *request = &world.requests[index];
	int creates = request->cmd == CMD_TOKEN_CREATE;
	int attaches = request->cmd == CMD_PROG_ATTACH || request->cmd == CMD_LINK_CREATE;
	int given = creates || attaches || request->token_fd == T_TOKEN;

	out_begin(F_SELINUX);
	out_selinux(policy, domains[index], given ? world.tokens[request->token].grantor : -1);
	out(",");
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

void record_selinux(int count)
{
	int policies = policy_count();

	for (int number = 0; count > 0; number++, count -= CASES_A_WORLD) {
		struct rng rng = rng_make(recording.seed, "selinux", (uint64_t)recording.sysctl << 32 | (unsigned)number);
		int policy = number % policies;

		world_draw(&world, &rng, count < CASES_A_WORLD ? count : CASES_A_WORLD, TOKENS_A_WORLD);
		turn_towards_hooks(&world, &rng);
		draw_domains(&rng);
		policy_load(policy);
		world_make(&world);
		ask_all(&world.tree, world.callers, world.count, ask, NULL);
		for (int i = 0; i < world.count; i++)
			if (answers[i].done && !is_skipped(&world, i))
				print(policy, i, &answers[i]);
		world_close(&world);
	}
}
