/* SPDX-License-Identifier: MIT */
/* Family helpers: which helpers the verifier offers a program, by who loads it. */
#define _GNU_SOURCE
#include "recorder.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_HELPERS = 512, LINE = 160 };

/* Those after permitted are permitted too, and stopped by a later check. */
enum verdict { REFUSED, OTHER, PERMITTED, GPL_RESTRICTED, TARGET_DISALLOWS, NEEDS_SLEEPABLE };

/* A caller's answers; from a process with its credentials, so in shared memory. */
struct list {
	int load_errno;
	char load_log[LINE];
	unsigned char verdict[MAX_HELPERS];
	char other[MAX_HELPERS][LINE];
};

/* All with a GPL licence; those with every capability without one too. */
static const int WITHOUT_GPL[] = { 15, 31, 32 };
enum { ASKED = LOADERS + ARRAY_LEN(WITHOUT_GPL) };

static struct list *lists;

static int loader_of(int index)
{
	return index < LOADERS ? index : WITHOUT_GPL[index - LOADERS];
}

static int last_helper(void)
{
	int last = 0;

	for (int i = 0; i < helper_names.count; i++)
		if (helper_names.items[i].value > last)
			last = helper_names.items[i].value;
	return last < MAX_HELPERS ? last : MAX_HELPERS - 1;
}

/* What the verifier's log says of the helper. */
static enum verdict verdict_of(long ret)
{
	static const struct {
		const char *text;
		enum verdict verdict;
	} said[] = {
		{ "unknown func ", REFUSED },
		{ "program of this type cannot use helper ", REFUSED },
		{ "invalid func ", REFUSED },
		{ "cannot call GPL-restricted function", GPL_RESTRICTED },
		{ "helper call is not allowed in probe", TARGET_DISALLOWS },
		{ "helper call might sleep in a non-sleepable prog", NEEDS_SLEEPABLE },
		{ " in non-sleepable prog", NEEDS_SLEEPABLE },
	};

	if (ret >= 0)
		return PERMITTED;
	/* It did not come as far as the call. */
	if (!strstr(load_log, "(85) call "))
		return OTHER;
	for (unsigned i = 0; i < ARRAY_LEN(said); i++)
		if (strstr(load_log, said[i].text))
			return said[i].verdict;
	return PERMITTED;
}

static void ask(void *context, int index, struct answer *answer)
{
	const struct program *program = context;
	struct insn insns[] = {
		{ 0x85, 0, 0, 0 }, /* call helper */
		{ 0xb7, 0, 0, program->returns }, /* r0 = .. */
		{ 0x95, 0, 0, 0 }, /* exit */
	};
	struct load what = program_load(program, insns + 1, 2);
	struct list *list = &lists[index];
	long ret;

	(void)answer;
	what.token = loader_token(loader_of(index));
	what.not_gpl = index >= LOADERS;
	ret = load(&what);
	list->load_errno = ret < 0 ? (int)-ret : 0;
	last_line(list->load_log, LINE);
	if (ret < 0)
		return;
	close((int)ret);
	what.insns = insns;
	what.count = 3;
	for (int id = 1, last = last_helper(); id <= last; id++) {
		insns[0].imm = id;
		ret = load(&what);
		list->verdict[id] = (unsigned char)verdict_of(ret);
		if (list->verdict[id] == OTHER)
			last_line(list->other[id], LINE);
		if (list->verdict[id] == OTHER && !list->other[id][0])
			snprintf(list->other[id], LINE, "errno %ld", -ret);
		if (ret >= 0)
			close((int)ret);
	}
}

static void out_ids(const char *key, const struct list *list, enum verdict from, enum verdict to)
{
	const char *comma = "";

	out(",\"%s\":[", key);
	for (int id = 1, last = last_helper(); !list->load_errno && id <= last; id++)
		if (list->verdict[id] >= from && list->verdict[id] <= to) {
			out("%s%d", comma, id);
			comma = ",";
		}
	out("]");
}

static void out_others(const struct list *list)
{
	const char *comma = "";

	out(",\"other\":{");
	for (int id = 1, last = last_helper(); !list->load_errno && id <= last; id++)
		if (list->verdict[id] == OTHER) {
			out("%s\"%d\":", comma, id);
			out_string(list->other[id]);
			comma = ",";
		}
	out("}");
}

static void print(const struct program *program, int index)
{
	const struct list *list = &lists[index];

	out_begin(F_HELPERS);
	out_program(program);
	out(",\"gpl\":%s,", index < LOADERS ? "true" : "false");
	out_loader(loader_of(index));
	if (list->load_errno)
		out("\"load_errno\":%d", list->load_errno);
	else
		out("\"load_errno\":null");
	out(",\"load_log\":");
	out_string(list->load_log[0] ? list->load_log : NULL);
	out_ids("permitted", list, PERMITTED, NEEDS_SLEEPABLE);
	out_ids("refused", list, REFUSED, REFUSED);
	out_others(list);
	out_ids("gpl_restricted", list, GPL_RESTRICTED, GPL_RESTRICTED);
	out_ids("target_disallows", list, TARGET_DISALLOWS, TARGET_DISALLOWS);
	out_ids("needs_sleepable", list, NEEDS_SLEEPABLE, NEEDS_SLEEPABLE);
	out("}\n");
}

void record_helpers(void)
{
	size_t size = ASKED * sizeof(*lists);
	struct caller callers[ASKED];

	lists = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lists == MAP_FAILED)
		fail("no memory");
	loaders_make();
	programs_make();
	for (int i = 0; i < (int)ASKED; i++)
		callers[i] = loaders.callers[loader_of(i)];
	for (int i = 0; i < program_count; i++) {
		memset(lists, 0, size);
		ask_all(&loaders.tree, callers, ASKED, ask, &programs[i]);
		for (int k = 0; k < (int)ASKED; k++)
			if (answers[k].done)
				print(&programs[i], k);
	}
	programs_close();
	loaders_close();
	munmap(lists, size);
}
