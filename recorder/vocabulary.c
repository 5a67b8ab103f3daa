/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <string.h>

static const char *const KIND_NAMES[KINDS] = { "cmds", "map_types", "prog_types", "attach_types" };

void vocabulary_write(const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		fail("%s: %s", path, strerror(errno));
	fprintf(file, "{\"kernel\":\"%s\",\"attr_size\":%u", recording.kernel, attr_size);
	for (enum kind kind = 0; kind < KINDS; kind++) {
		const struct vocabulary *words = &vocabulary[kind];

		fprintf(file, ",\"%s\":{", KIND_NAMES[kind]);
		for (int i = 0; i < words->count; i++)
			fprintf(file, "%s\"%s\":%d", i ? "," : "", words->items[i].spelled, words->items[i].value);
		fputc('}', file);
	}
	fputs("}\n", file);
	if (fclose(file) != 0)
		fail("%s: %s", path, strerror(errno));
}
