/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <string.h>

static const char *const KIND_NAMES[KINDS] = { "cmds", "map_types", "prog_types", "attach_types" };

static void write_words(FILE *file, const char *kind, const struct vocabulary *words, int from)
{
	fprintf(file, ",\"%s\":{", kind);
	for (int i = from; i < words->count; i++)
		fprintf(file, "%s\"%s\":%d", i > from ? "," : "", words->items[i].spelled, words->items[i].value);
	fputc('}', file);
}

void vocabulary_write(const char *path, int with_helpers)
{
	FILE *file = fopen(path, "we");

	if (!file)
		fail("%s: %s", path, strerror(errno));
	fprintf(file, "{\"kernel\":\"%s\",\"attr_size\":%u", recording.kernel, attr_size);
	for (enum kind kind = 0; kind < KINDS; kind++)
		write_words(file, KIND_NAMES[kind], &vocabulary[kind], 0);
	if (with_helpers)
		write_words(file, "helpers", &helper_names, 1); /* 0 is no helper */
	fputs("}\n", file);
	if (fclose(file) != 0)
		fail("%s: %s", path, strerror(errno));
}
