/* SPDX-License-Identifier: MIT */
/* Family use: one bpf() call by some caller, with a token or without. */
#include "recorder.h"

#include <string.h>
#include <unistd.h>

/* Numbers past the last one too. */
static unsigned draw_number(struct rng *rng, enum kind kind)
{
	unsigned values = (unsigned)vocabulary[kind].values;
	static const unsigned odd[] = { 63, 64, 65, 100, 0x7fffffff, 0xffffffff };

	if (rng_chance(rng, 94))
		return rng_below(rng, values);
	return rng_chance(rng, 50) ? values + rng_below(rng, 3) : odd[rng_below(rng, ARRAY_LEN(odd))];
}

static unsigned draw_other_cmd(struct rng *rng)
{
	static const unsigned char by_init_capability[] = {
		CMD_PROG_GET_NEXT_ID, CMD_MAP_GET_NEXT_ID, CMD_BTF_GET_NEXT_ID, CMD_LINK_GET_NEXT_ID,
		CMD_PROG_GET_FD_BY_ID, CMD_MAP_GET_FD_BY_ID, CMD_LINK_GET_FD_BY_ID, CMD_TASK_FD_QUERY,
		CMD_ENABLE_STATS, CMD_PROG_QUERY,
	};
	static const unsigned char by_descriptor[] = {
		CMD_MAP_LOOKUP_ELEM, CMD_MAP_UPDATE_ELEM, CMD_MAP_DELETE_ELEM, CMD_MAP_GET_NEXT_KEY,
		CMD_MAP_LOOKUP_AND_DELETE_ELEM, CMD_MAP_FREEZE, CMD_MAP_LOOKUP_BATCH, CMD_OBJ_GET,
		CMD_OBJ_GET_INFO_BY_FD, CMD_PROG_TEST_RUN, CMD_PROG_BIND_MAP,
	};
	static const unsigned unknown[] = { 0, 1, 2, 26, 63, 64, 1000, 0x7fffffff };

	if (rng_chance(rng, 60))
		return by_init_capability[rng_below(rng, ARRAY_LEN(by_init_capability))];
	if (rng_chance(rng, 80))
		return by_descriptor[rng_below(rng, ARRAY_LEN(by_descriptor))];
	return (unsigned)vocabulary[KIND_CMD].values + unknown[rng_below(rng, ARRAY_LEN(unknown))];
}

/* PROG_LOAD's fields fill the union on newer kernels: then it has no tail. */
static int has_tail(unsigned cmd)
{
	return cmd != CMD_PROG_LOAD || prog_load_size < attr_size;
}

static enum variant draw_variant(struct rng *rng, unsigned cmd)
{
	static const enum variant map[] = { V_MAP_ZERO_SEED, V_MAP_BAD_KEY_SIZE, V_MAP_RDONLY_WRONLY, V_MAP_UNKNOWN_FLAG,
					    V_MAP_EXTRA };
	static const enum variant prog[] = { V_PROG_INSN_CNT_0, V_PROG_UNKNOWN_FLAG, V_PROG_5000_INSNS,
					     V_PROG_5000_INSNS, V_PROG_ATTACH_BTF_ID };
	static const enum variant btf[] = { V_BTF_BAD_MAGIC, V_BTF_UNKNOWN_FLAG };

	if (rng_chance(rng, 88))
		return V_PLAIN;
	if (rng_chance(rng, 25)) {
		enum variant variant = rng_chance(rng, 50) ? V_ATTR_TAIL_NONZERO : V_ATTR_NONZERO_PAST_UNION;

		return variant == V_ATTR_TAIL_NONZERO && !has_tail(cmd) ? V_ATTR_NONZERO_PAST_UNION : variant;
	}
	switch (cmd) {
	case CMD_MAP_CREATE:
		return map[rng_below(rng, ARRAY_LEN(map))];
	case CMD_PROG_LOAD:
		return prog[rng_below(rng, ARRAY_LEN(prog))];
	case CMD_BTF_LOAD:
		return btf[rng_below(rng, ARRAY_LEN(btf))];
	case CMD_BTF_GET_FD_BY_ID:
	case CMD_PROG_GET_FD_BY_ID:
	case CMD_MAP_GET_FD_BY_ID:
	case CMD_LINK_GET_FD_BY_ID:
		return V_ID_MISSING;
	case CMD_PROG_GET_NEXT_ID:
	case CMD_MAP_GET_NEXT_ID:
	case CMD_BTF_GET_NEXT_ID:
	case CMD_LINK_GET_NEXT_ID:
		return rng_chance(rng, 50) ? V_ID_START_MAX : V_ID_MISSING;
	default:
		return V_PLAIN;
	}
}

enum { CGROUP_SKB = 8 };

static struct request draw_request(struct rng *rng, int attach_too)
{
	static const unsigned char weights[] = { 34, 40, 6, 6, 11, 3 };
	static const unsigned cmds[] = { CMD_MAP_CREATE, CMD_PROG_LOAD, CMD_BTF_LOAD, CMD_BTF_GET_FD_BY_ID };
	unsigned which = rng_weighted(rng, weights, attach_too ? 6 : 5);
	struct request request = { .token = -1, .own_fd = -1 };

	request.cmd = which < 4 ? cmds[which] : which == 4 ? draw_other_cmd(rng) : CMD_PROG_ATTACH;
	if (which == 5) {
		if (rng_chance(rng, 50))
			request.cmd = CMD_LINK_CREATE;
		request.type = CGROUP_SKB;
		request.attach = rng_below(rng, 2);
	} else if (request.cmd == CMD_MAP_CREATE) {
		request.type = draw_number(rng, KIND_MAP);
	} else if (request.cmd == CMD_PROG_LOAD) {
		request.type = draw_number(rng, KIND_PROG);
		if (is_struct_ops(request.type))
			request.attach = rng_below(rng, 3); /* a member's index */
		else if (rng_chance(rng, 65))
			request.attach = draw_fitting_attach(rng, request.type);
		else
			request.attach = draw_number(rng, KIND_ATTACH);
	}
	return request;
}

static uint64_t bit(unsigned number)
{
	return number < 64 ? (uint64_t)1 << number : 0;
}

/* The masks a request needs: command, map type, program type, attach type. */
static void needed_masks(const struct request *request, uint64_t masks[4])
{
	unsigned cmd = request->type == CGROUP_SKB && request->cmd != CMD_MAP_CREATE ? CMD_PROG_LOAD : request->cmd;

	memset(masks, 0, 4 * sizeof(*masks));
	masks[0] = bit(cmd);
	if (cmd == CMD_MAP_CREATE)
		masks[1] = bit(request->type);
	if (cmd == CMD_PROG_LOAD) {
		masks[2] = bit(request->type);
		masks[3] = bit(fixed_up_attach(request->type, request->attach));
	}
}

static void draw_masks(struct rng *rng, const struct request *focus, uint64_t masks[4])
{
	static const unsigned char weights[] = { 30, 24, 16, 10, 10, 10 };
	uint64_t needed[4];
	unsigned how = rng_weighted(rng, weights, sizeof(weights));

	needed_masks(focus, needed);
	for (int i = 0; i < 4; i++) {
		uint64_t random = rng_next(rng), known = known_mask((enum kind)i);

		switch (how) {
		case 0: /* exactly right */
			masks[i] = needed[i];
			break;
		case 1: /* everything but one of what is right, see below */
		case 2: /* wide */
			masks[i] = ~(uint64_t)0;
			break;
		case 3: /* narrow */
			masks[i] = bit(rng_below(rng, (unsigned)vocabulary[i].values)) | (random & rng_next(rng) & rng_next(rng) & known);
			break;
		case 4: /* the known bits, some missing */
			masks[i] = random & known;
			break;
		default: /* anything, with what is right in most */
			masks[i] = random | (rng_chance(rng, 75) ? needed[i] : 0);
		}
	}
	if (how == 1) {
		unsigned i;

		do
			i = rng_below(rng, 4);
		while (!needed[i] && (needed[0] | needed[1] | needed[2] | needed[3]));
		masks[i] &= ~needed[i];
		/* Wide elsewhere, or right and no more. */
		for (unsigned k = 0; k < 4 && rng_chance(rng, 50); k++)
			if (k != i && needed[k])
				masks[k] = needed[k];
	}
	if (!(masks[0] | masks[1] | masks[2] | masks[3]))
		masks[0] = bit(CMD_MAP_CREATE); /* else there could be no token */
}

static enum token_fd draw_token_fd(struct rng *rng, unsigned cmd)
{
	static const unsigned char weights[TOKEN_FDS] = { 9, 76, 5, 2, 1, 2, 1, 2, 1, 1 };

	if (!takes_token_field(cmd))
		return T_NONE;
	/* Those that refuse any token need not be asked with each. */
	if (cmd != CMD_MAP_CREATE && cmd != CMD_PROG_LOAD && cmd != CMD_BTF_LOAD && cmd != CMD_BTF_GET_FD_BY_ID) {
		static const enum token_fd few[] = { T_NONE, T_NONE, T_NONE, T_TOKEN, T_FLAG_UNSET };

		return few[rng_below(rng, ARRAY_LEN(few))];
	}
	return (enum token_fd)rng_weighted(rng, weights, TOKEN_FDS);
}

void world_draw(struct world *world, struct rng *rng, int count, int token_count)
{
	memset(world, 0, sizeof(*world));
	tree_draw(&world->tree, rng, 4 + (int)rng_below(rng, 3));
	world->token_count = token_count;
	for (int i = 0; i < token_count; i++) {
		struct token *token = &world->tokens[i];

		do
			world->focus[i] = draw_request(rng, 1);
		while (world->focus[i].cmd != CMD_PROG_ATTACH && !takes_token_field(world->focus[i].cmd));
		token->ns = 1 + (int)rng_below(rng, (unsigned)world->tree.count - 1);
		draw_masks(rng, &world->focus[i], token->masks);
	}
	world->count = count;
	for (int i = 0; i < count; i++) {
		struct request *request = &world->requests[i];
		int token = (int)rng_below(rng, (unsigned)token_count);

		*request = rng_chance(rng, 55) ? world->focus[token] : draw_request(rng, 1);
		request->variant = request->cmd == CMD_PROG_ATTACH || request->cmd == CMD_LINK_CREATE
					   ? V_PLAIN
					   : draw_variant(rng, request->cmd);
		request->token = token;
		request->token_fd = draw_token_fd(rng, request->cmd);
		world->callers[i] = draw_caller(&world->tree, rng, world->tokens[token].ns);
	}
}

void world_make(struct world *world)
{
	tree_make(&world->tree);
	for (int ns = 1; ns < world->tree.count; ns++) {
		struct agent agent;
		int started = 0;

		for (int i = 0; i < world->token_count; i++) {
			if (world->tokens[i].ns != ns)
				continue;
			if (!started)
				agent = agent_start(&world->tree, ns, 1);
			started = 1;
			token_make(&world->tree, &agent, &world->tokens[i]);
		}
		if (started)
			agent_stop(&agent);
	}
	for (int i = 0; i < world->count; i++) {
		struct request *request = &world->requests[i];

		request->own_fd = own_fd_make(request, &world->tokens[request->token]);
	}
}

void world_close(struct world *world)
{
	for (int i = 0; i < world->count; i++)
		if (world->requests[i].own_fd >= 0)
			close(world->requests[i].own_fd);
	for (int i = 0; i < world->token_count; i++)
		token_close(&world->tokens[i]);
	tree_close(&world->tree);
}

void ask_use(void *context, int index, struct answer *answer)
{
	const struct world *world = context;
	const struct request *request = &world->requests[index];

	answer->ret = (int)request_ask(request, &world->tokens[request->token]);
}

static void out_number(const char *key, enum kind kind, unsigned value)
{
	out(",\"%s\":%u,\"%s_name\":", key, value, key);
	out_string(name_of(kind, value));
}

static int is_given(const struct request *request)
{
	return request->token_fd == T_TOKEN || request->token_fd == T_FLAG_UNSET || request->token_fd == T_OPATH;
}

int is_skipped(const struct world *world, int index)
{
	const struct request *request = &world->requests[index];

	if (request->cmd != CMD_PROG_LOAD || !refused_to_root(request->type, request->attach))
		return 0;
	skipped++;
	return 1;
}

/* The keys of family use up to the answer. */
void out_use(const struct world *world, int index)
{
	const struct request *request = &world->requests[index];
	const struct caller *caller = &world->callers[index];
	const struct token *token = &world->tokens[request->token];
	int attaches = request->cmd == CMD_PROG_ATTACH || request->cmd == CMD_LINK_CREATE;
	int given = is_given(request) || attaches;
	int wanted[] = { caller->ns, given ? token->ns : 0 };

	out_tree(&world->tree, wanted, 2, 0);
	out(",");
	out_caller(&world->tree, caller);
	out(",");
	out_token(&world->tree, given ? token : NULL);
	out(",\"cmd\":");
	out_string(name_of(KIND_CMD, request->cmd));
	out(",\"cmd_nr\":%u", request->cmd);
	if (request->cmd == CMD_MAP_CREATE)
		out_number("map_type", KIND_MAP, request->type);
	if (request->cmd == CMD_PROG_LOAD || attaches) {
		out_number("prog_type", KIND_PROG, request->type);
		out_number("expected_attach_type", KIND_ATTACH, request->attach);
	}
	if (attaches)
		out(",\"prog_loaded_with_token\":true");
	out(",\"token_fd\":\"%s\",\"variant\":\"%s\"", TOKEN_FD_NAMES[request->token_fd],
	    VARIANT_NAMES[request->variant]);
}

void record_use(int count)
{
	enum { CASES_A_WORLD = 150, TOKENS_A_WORLD = 14 };
	static struct world world;

	for (int number = 0; count > 0; number++, count -= CASES_A_WORLD) {
		struct rng rng = rng_make(recording.seed, "use", (uint64_t)recording.sysctl << 32 | (unsigned)number);
		int cases = count < CASES_A_WORLD ? count : CASES_A_WORLD;

		world_draw(&world, &rng, cases, TOKENS_A_WORLD);
		world_make(&world);
		ask_all(&world.tree, world.callers, world.count, ask_use, &world);
		for (int i = 0; i < world.count; i++) {
			if (!answers[i].done || is_skipped(&world, i))
				continue;
			out_begin(F_USE);
			out_use(&world, i);
			out(",\"result\":");
			out_result(answers[i].ret);
			out("}\n");
		}
		world_close(&world);
	}
}
