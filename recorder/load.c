/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <string.h>

enum { F_SLEEPABLE = 1 << 4, F_TOKEN_FD = 1 << 16 };

/* Of programs with thousands of instructions too: a log that has no room fails the load. */
char load_log[1 << 20];

/* From 7.3 on a long report repeats the complaint in general words; ahead of it the log is as before. */
static void cut_report(void)
{
	char *report = strstr(load_log, "\nVerification failed: ");

	if (report)
		report[1] = 0;
}

long load(const struct load *what)
{
	uint32_t functions[2][2];
	struct attr attr = { .size = attr_size };
	unsigned count = 0;
	long ret;

	for (; count < 2 && what->functions[count].type; count++) {
		functions[count][0] = what->functions[count].at;
		functions[count][1] = what->functions[count].type;
	}
	load_log[0] = 0;
	put32(&attr, 0, what->type);
	put32(&attr, 4, what->count);
	put64(&attr, 8, (uintptr_t)what->insns);
	put64(&attr, 16, (uintptr_t)(what->not_gpl ? "Proprietary" : "GPL"));
	put32(&attr, 24, 1);
	put32(&attr, 28, sizeof(load_log));
	put64(&attr, 32, (uintptr_t)load_log);
	put32(&attr, 44, (what->sleepable ? F_SLEEPABLE : 0) | (what->token ? F_TOKEN_FD : 0));
	put32(&attr, 68, what->attach);
	if (count) {
		put32(&attr, 72, (uint32_t)functions_btf());
		put32(&attr, 76, sizeof(functions[0]));
		put64(&attr, 80, (uintptr_t)functions);
		put32(&attr, 88, count);
	}
	put32(&attr, 108, what->btf_id);
	put32(&attr, 112, (uint32_t)what->replaces);
	if (what->token)
		put32(&attr, 144, (uint32_t)what->token->fd);
	ret = sys_bpf(CMD_PROG_LOAD, attr.bytes, attr.size);
	cut_report();
	return ret;
}

static int starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

void last_line(char *line, size_t size)
{
	const char *at = load_log, *last = NULL;
	size_t length = 0;

	while (*at) {
		size_t here = strcspn(at, "\n");

		/* Neither the statistics that end every log, nor the states after "infinite loop detected". */
		if (here && !starts_with(at, "processed ") && !starts_with(at, "cur state:") &&
		    !starts_with(at, "old state:")) {
			last = at;
			length = here;
		}
		at += here + (at[here] == '\n');
	}
	length = length < size - 1 ? length : size - 1;
	if (length)
		memcpy(line, last, length);
	line[length] = 0;
}
