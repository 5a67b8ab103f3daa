/* SPDX-License-Identifier: MIT */
/* The programs of family liberties: each needs one thing of the verifier that not every caller gets. */
#define _GNU_SOURCE
#include "recorder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shorthands for instructions; D and S are registers, O an offset, I an immediate value. */
#define REGS(D, S) ((S) << 4 | (D))
#define SET(D, I) { 0xb7, D, 0, I }
#define COPY(D, S) { 0xbf, REGS(D, S), 0, 0 }
#define COPY_HALF(D, S) { 0xbc, REGS(D, S), 0, 0 }
#define ADD(D, I) { 0x07, D, 0, I }
#define ADD_REG(D, S) { 0x0f, REGS(D, S), 0, 0 }
#define SUB_REG(D, S) { 0x1f, REGS(D, S), 0, 0 }
#define SUB_HALF(D, S) { 0x1c, REGS(D, S), 0, 0 }
#define NEGATE(D) { 0x87, D, 0, 0 }
#define AND(D, I) { 0x57, D, 0, I }
#define LOAD8(D, S, O) { 0x71, REGS(D, S), O, 0 }
#define LOAD32(D, S, O) { 0x61, REGS(D, S), O, 0 }
#define LOAD64(D, S, O) { 0x79, REGS(D, S), O, 0 }
#define STORE8(D, O, I) { 0x72, D, O, I }
#define STORE32(D, O, I) { 0x62, D, O, I }
#define STORE64(D, O, I) { 0x7a, D, O, I }
#define STORE32_REG(D, O, S) { 0x63, REGS(D, S), O, 0 }
#define STORE64_REG(D, O, S) { 0x7b, REGS(D, S), O, 0 }
#define ATOMIC_ADD(D, O, S) { 0xdb, REGS(D, S), O, 0 }
#define GOTO(O) { 0x05, 0, O, 0 }
#define MAY_GOTO(O) { 0xe5, 0, O, 0 }
#define IF_EQ(D, I, O) { 0x15, D, O, I }
#define IF_LT(D, I, O) { 0xa5, D, O, I }
#define IF_EQ_REG(D, S, O) { 0x1d, REGS(D, S), O, 0 }
#define IF_GT_REG(D, S, O) { 0x2d, REGS(D, S), O, 0 }
#define CALL(ID) { 0x85, 0, 0, ID }
#define CALL_FUNCTION(I) { 0x85, REGS(0, 1), 0, I }
#define CALL_KERNEL(WHAT) { 0x85, REGS(0, 2), 0, WHAT }
#define EXIT { 0x95, 0, 0, 0 }
#define RETURN_1 SET(0, 1), EXIT
/* Of 64 bits, in two instructions. */
#define SET_MAP(D, WHAT) { 0x18, REGS(D, 1), 0, WHAT }, { 0 }
#define SET_MAP_VALUE(D, WHAT) { 0x18, REGS(D, 2), 0, WHAT }, { 0 }
#define SET_VARIABLE(D, WHAT) { 0x18, REGS(D, 3), 0, WHAT }, { 0 }
#define SET_FUNCTION(D, I) { 0x18, REGS(D, 4), 0, I }, { 0 }

/* What fill() puts a descriptor or an id for. */
enum { MAP = 0x7e000001, ARENA, RCU_LOCK, RCU_UNLOCK, ITER_NEW, ITER_NEXT, ITER_DESTROY, VARIABLE };

enum { MAP_LOOKUP = 1, MAP_UPDATE = 2, RANDOM = 7, THIS_CPU_PTR = 154, LOOP = 181 };

/* A pointer to the first value of the map in r0, or the end. Uses the stack's first 8 bytes. */
#define LOOK_UP STORE64(10, -8, 0), COPY(2, 10), ADD(2, -8), SET_MAP(1, MAP), CALL(MAP_LOOKUP), IF_EQ(0, 0, 1), GOTO(2), RETURN_1

/* Of struct __sk_buff. */
enum { SKB_CB = 48, SKB_DATA = 76, SKB_DATA_END = 80, SKB_TSTAMP = 152 };

#define PROGRAM(NAME, ...) static const struct insn NAME[] = { __VA_ARGS__ }

PROGRAM(nothing, RETURN_1);
PROGRAM(bpf2bpf_call, CALL_FUNCTION(2), RETURN_1, RETURN_1);
PROGRAM(callback, SET(1, 1), SET_FUNCTION(2, 6), SET(3, 0), SET(4, 0), CALL(LOOP), RETURN_1, SET(0, 0), EXIT);
PROGRAM(bounded_loop, SET(2, 0), ADD(2, 1), IF_LT(2, 10, -2), RETURN_1);
PROGRAM(may_goto_loop, MAY_GOTO(1), GOTO(-2), RETURN_1);
PROGRAM(iter_loop, COPY(1, 10), ADD(1, -8), SET(2, 0), SET(3, 3), CALL_KERNEL(ITER_NEW), COPY(1, 10), ADD(1, -8),
	CALL_KERNEL(ITER_NEXT), IF_EQ(0, 0, 1), GOTO(-5), COPY(1, 10), ADD(1, -8), CALL_KERNEL(ITER_DESTROY), RETURN_1);
PROGRAM(ptr_return, COPY(0, 1), EXIT);
PROGRAM(ptr_compare, IF_EQ_REG(1, 10, 0), RETURN_1);
PROGRAM(ptr_sub, COPY(2, 10), SUB_REG(2, 1), RETURN_1);
PROGRAM(ptr_sub_half, COPY(2, 10), SUB_HALF(2, 1), RETURN_1);
PROGRAM(ptr_negate, COPY(2, 10), NEGATE(2), RETURN_1);
PROGRAM(ptr_half_copy, COPY_HALF(2, 1), RETURN_1);
PROGRAM(ptr_store_map, LOOK_UP, STORE64_REG(0, 0, 10), RETURN_1);
PROGRAM(ptr_store_ctx, STORE32_REG(1, SKB_CB, 10), RETURN_1);
PROGRAM(ptr_to_helper, STORE64(10, -8, 0), STORE64(10, -72, 0), STORE64(10, -64, 0), STORE64(10, -56, 0),
	STORE64(10, -48, 0), STORE64(10, -40, 0), STORE64(10, -32, 0), STORE64(10, -24, 0), STORE64(10, -16, 0),
	SET_MAP(1, MAP), COPY(2, 10), ADD(2, -8), COPY(3, 10), ADD(3, -72), COPY(4, 10), CALL(MAP_UPDATE), RETURN_1);
PROGRAM(ptr_atomic_add, STORE64(10, -8, 0), ATOMIC_ADD(10, -8, 1), RETURN_1);
PROGRAM(ptr_spill_overwrite, STORE64_REG(10, -8, 1), STORE8(10, -8, 0), RETURN_1);
PROGRAM(stack_uninit_read, LOAD64(2, 10, -8), RETURN_1);
PROGRAM(stack_uninit_to_helper, SET_MAP(1, MAP), COPY(2, 10), ADD(2, -8), CALL(MAP_LOOKUP), RETURN_1);
PROGRAM(stack_var_off, STORE64(10, -8, 0), STORE64(10, -16, 0), CALL(RANDOM), AND(0, 8), COPY(2, 10), ADD(2, -16),
	ADD_REG(2, 0), LOAD64(3, 2, 0), RETURN_1);
PROGRAM(stack_var_off_write, STORE64(10, -8, 0), STORE64(10, -16, 0), CALL(RANDOM), AND(0, 8), COPY(2, 10),
	ADD(2, -16), ADD_REG(2, 0), STORE64(2, 0, 0), RETURN_1);
PROGRAM(stack_far_arithmetic, COPY(2, 10), ADD(2, -600), ADD(2, 592), STORE64(2, 0, 0), RETURN_1);
PROGRAM(kernel_ptr_read, SET_VARIABLE(1, VARIABLE), CALL(THIS_CPU_PTR), LOAD32(2, 0, 0), RETURN_1);
PROGRAM(map_ptr_read, SET_MAP(1, MAP), LOAD64(2, 1, 0), RETURN_1);
PROGRAM(kernel_variable, SET_VARIABLE(1, VARIABLE), RETURN_1);
PROGRAM(kfunc_call, CALL_KERNEL(RCU_LOCK), CALL_KERNEL(RCU_UNLOCK), RETURN_1);
PROGRAM(arena_map_use, SET_MAP(1, ARENA), RETURN_1);
PROGRAM(map_direct_value, SET_MAP_VALUE(1, MAP), LOAD64(2, 1, 0), RETURN_1);
PROGRAM(map_far_arithmetic, LOOK_UP, ADD(0, 200), ADD(0, -192), LOAD64(2, 0, 0), RETURN_1);
PROGRAM(skb_packet_access, LOAD32(2, 1, SKB_DATA), LOAD32(3, 1, SKB_DATA_END), COPY(4, 2), ADD(4, 1),
	IF_GT_REG(4, 3, 1), LOAD8(5, 2, 0), RETURN_1);
PROGRAM(skb_tstamp, SET(2, 0), STORE64_REG(1, SKB_TSTAMP, 2), RETURN_1);
PROGRAM(skb_tstamp_read, LOAD64(2, 1, SKB_TSTAMP), RETURN_1);
/* A scalar that may be of either sign is added to a pointer: -8 to 7, after 8 to 15. */
PROGRAM(spec_v1_mixed, LOOK_UP, LOAD8(2, 0, 0), AND(2, 15), ADD(2, -8), LOAD8(3, 0, 0), AND(3, 7), ADD(3, 8),
	ADD_REG(0, 3), ADD_REG(0, 2), LOAD8(4, 0, 0), RETURN_1);
/* Which operand is the pointer depends on the way to the addition. */
PROGRAM(spec_v1_paths, LOOK_UP, LOAD8(4, 0, 0), COPY(2, 0), SET(3, 4), IF_EQ(4, 0, 2), SET(2, 4), COPY(3, 0),
	ADD_REG(2, 3), LOAD8(5, 2, 0), RETURN_1);
/* A register is read that has no value, where only a wrong prediction leads. */
PROGRAM(spec_v1_dead_branch, SET(2, 0), IF_EQ(2, 0, 1), COPY(3, 9), RETURN_1);

enum { SOCKET_FILTER = 1, CGROUP_SKB = 2, SCHED_CLS = 4, XDP = 8, KPROBE = 16, SKBS = 7, ANY = 31 };
static const char *const TYPES[] = { "socket_filter", "cgroup_skb", "sched_cls", "xdp", "kprobe" };

#define LINE(NAME, ON) { #NAME, NAME, ARRAY_LEN(NAME), ON, { { 0 } } }
static const struct {
	const char *test;
	const struct insn *insns;
	unsigned count;
	unsigned on; /* program types */
	struct load_function functions[2];
} TESTS[] = {
	LINE(nothing, ANY),
	LINE(bpf2bpf_call, ANY),
	{ "callback", callback, ARRAY_LEN(callback), SKBS, { { 0, FUNCTION_ON_SKB }, { 8, FUNCTION_CALLBACK } } },
	LINE(bounded_loop, ANY),
	LINE(may_goto_loop, ANY),
	LINE(iter_loop, ANY),
	LINE(ptr_return, ANY & ~CGROUP_SKB), /* which must return 0 or 1 */
	LINE(ptr_compare, ANY),
	LINE(ptr_sub, ANY),
	LINE(ptr_sub_half, ANY),
	LINE(ptr_negate, ANY),
	LINE(ptr_half_copy, ANY),
	LINE(ptr_store_map, ANY),
	LINE(ptr_store_ctx, SKBS),
	LINE(ptr_to_helper, ANY),
	LINE(ptr_atomic_add, ANY),
	LINE(ptr_spill_overwrite, ANY),
	LINE(stack_uninit_read, ANY),
	LINE(stack_uninit_to_helper, ANY),
	LINE(stack_var_off, ANY),
	LINE(stack_var_off_write, ANY),
	LINE(stack_far_arithmetic, ANY),
	LINE(kernel_ptr_read, ANY),
	LINE(map_ptr_read, ANY),
	LINE(kernel_variable, ANY),
	LINE(kfunc_call, ANY),
	LINE(arena_map_use, ANY),
	LINE(map_direct_value, ANY),
	LINE(map_far_arithmetic, ANY),
	LINE(skb_packet_access, CGROUP_SKB | SCHED_CLS),
	LINE(skb_tstamp, CGROUP_SKB | SCHED_CLS),
	LINE(skb_tstamp_read, CGROUP_SKB | SCHED_CLS),
	LINE(spec_v1_mixed, ANY),
	LINE(spec_v1_paths, ANY),
	LINE(spec_v1_dead_branch, ANY),
};

static int map_fd, arena_fd;

static int make_map(const char *type, unsigned key, unsigned value, unsigned flags, uint64_t extra)
{
	struct attr attr = { .size = attr_size };
	const struct vocabulary *words = &vocabulary[KIND_MAP];

	for (int i = 0; i < words->count; i++)
		if (strcmp(words->items[i].name, type) == 0)
			put32(&attr, 0, (uint32_t)words->items[i].value);
	put32(&attr, 4, key);
	put32(&attr, 8, value);
	put32(&attr, 12, 1);
	put32(&attr, 16, flags);
	put64(&attr, 64, extra);
	return (int)sys_bpf(CMD_MAP_CREATE, attr.bytes, attr.size);
}

/* Puts in what is known only now; 0 where this kernel has it not. */
static int fill(struct insn *insn)
{
	static const struct {
		int what;
		unsigned kind;
		const char *name;
	} types[] = {
		{ RCU_LOCK, BTF_FUNC, "bpf_rcu_read_lock" },
		{ RCU_UNLOCK, BTF_FUNC, "bpf_rcu_read_unlock" },
		{ ITER_NEW, BTF_FUNC, "bpf_iter_num_new" },
		{ ITER_NEXT, BTF_FUNC, "bpf_iter_num_next" },
		{ ITER_DESTROY, BTF_FUNC, "bpf_iter_num_destroy" },
		{ VARIABLE, BTF_VAR, "runqueues" },
	};

	if (insn->imm == MAP)
		insn->imm = map_fd;
	if (insn->imm == ARENA)
		return (insn->imm = arena_fd) >= 0;
	for (unsigned i = 0; i < ARRAY_LEN(types); i++)
		if (insn->imm == types[i].what) {
			insn->imm = (int)btf_find(types[i].kind, types[i].name);
			return insn->imm > 0;
		}
	return 1;
}

static void add(struct liberty *liberties, int *count, struct liberty one, unsigned on)
{
	for (unsigned i = 0; i < ARRAY_LEN(TYPES); i++) {
		if (!(on & 1u << i))
			continue;
		if (*count == MAX_LIBERTIES)
			fail("too many liberties");
		one.what.type = (unsigned)prog_value(TYPES[i]);
		liberties[(*count)++] = one;
	}
}

/* This many instructions: all but the last two do nothing. */
static void add_long(struct liberty *liberties, int *count, const char *test, unsigned length)
{
	struct insn *insns = calloc(length, sizeof(*insns));
	struct liberty one = { .test = test, .what = { .insns = insns, .count = length } };

	for (unsigned i = 0; i < length - 1; i++)
		insns[i] = (struct insn)SET(0, 1);
	insns[length - 1] = (struct insn)EXIT;
	add(liberties, count, one, ANY);
}

int liberties_make(struct liberty liberties[MAX_LIBERTIES])
{
	enum { MMAPABLE = 1 << 10, VALUE = 64 };
	int count = 0;

	map_fd = make_map("array", 4, VALUE, 0, 0);
	/* Programs may use an arena once it has an address in user space. */
	arena_fd = make_map("arena", 0, 0, MMAPABLE, (uint64_t)1 << 44);
	if (map_fd < 0)
		fail("a map: %s", strerror(-map_fd));
	add_long(liberties, &count, "insns_4096", 4096);
	add_long(liberties, &count, "insns_4097", 4097);
	add_long(liberties, &count, "insns_5000", 5000);
	for (unsigned i = 0; i < ARRAY_LEN(TESTS); i++) {
		struct insn *insns = calloc(TESTS[i].count, sizeof(*insns));
		struct liberty one = { .test = TESTS[i].test, .what = { .insns = insns, .count = TESTS[i].count } };
		int has_all = 1;

		memcpy(insns, TESTS[i].insns, TESTS[i].count * sizeof(*insns));
		memcpy(one.what.functions, TESTS[i].functions, sizeof(one.what.functions));
		for (unsigned k = 0; k < TESTS[i].count; k++)
			has_all &= fill(&insns[k]);
		if (has_all)
			add(liberties, &count, one, TESTS[i].on);
		else
			warn("not asked: %s: this kernel has not what it needs", one.test);
	}
	return count;
}

void liberties_close(void)
{
	close(map_fd);
	if (arena_fd >= 0)
		close(arena_fd);
}
