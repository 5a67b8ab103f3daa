/* SPDX-License-Identifier: MIT */
/* Family liberties: what the verifier lets a program do, by who loads it. */
#define _GNU_SOURCE
#include "recorder.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LINE = 200 };

/* The last line of each caller's log, in shared memory. */
static char (*lines)[LINE];

static void ask(void *context, int index, struct answer *answer)
{
	const struct liberty *liberty = context;
	struct load what = liberty->what;
	long ret;

	what.token = loader_token(index);
	ret = load(&what);
	last_line(lines[index], LINE);
	if (ret >= 0)
		close((int)ret);
	answer->ret = ret < 0 ? (int)ret : 0;
}

/* The value of mitigations= on the kernel's command line: what is refused for Spectre's sake depends on it. */
static const char *mitigations(void)
{
	static char text[4096];
	static const char KEY[] = "mitigations=";
	FILE *file = fopen("/proc/cmdline", "re");
	char *found = NULL;

	if (file && fgets(text, sizeof(text), file))
		found = strstr(text, KEY);
	if (file)
		fclose(file);
	if (!found)
		return "auto"; /* the kernel's own default */
	found += strlen(KEY);
	found[strcspn(found, " \n")] = 0;
	return found;
}

static void print(const struct liberty *liberty, int index, const char *booted)
{
	out_begin(F_LIBERTIES);
	out("\"test\":\"%s\",\"prog_type\":%u,\"prog_type_name\":", liberty->test, liberty->what.type);
	out_string(name_of(KIND_PROG, liberty->what.type));
	out(",\"mitigations\":");
	out_string(booted);
	out(",");
	out_loader(index);
	out("\"result\":");
	out_result(answers[index].ret);
	out(",\"log_last\":");
	out_string(lines[index][0] ? lines[index] : NULL);
	out("}\n");
}

void record_liberties(void)
{
	static struct liberty liberties[MAX_LIBERTIES];
	size_t size = LOADERS * sizeof(*lines);
	const char *booted = mitigations();
	int count;

	lines = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lines == MAP_FAILED)
		fail("no memory");
	loaders_make();
	count = liberties_make(liberties);
	for (int i = 0; i < count; i++) {
		memset(lines, 0, size);
		ask_all(&loaders.tree, loaders.callers, LOADERS, ask, &liberties[i]);
		for (int k = 0; k < LOADERS; k++)
			if (answers[k].done)
				print(&liberties[i], k, booted);
	}
	liberties_close();
	loaders_close();
	munmap(lines, size);
}
