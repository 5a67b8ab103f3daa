/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int read_sysctl(void)
{
	FILE *file = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "re");
	int value;

	if (!file || fscanf(file, "%d", &value) != 1)
		fail("/proc/sys/kernel/unprivileged_bpf_disabled cannot be read");
	fclose(file);
	return value;
}

unsigned parse_families(char *list)
{
	unsigned families = 0;

	for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		enum family f = 0;

		while (f < FAMILIES && strcmp(name, FAMILY_NAMES[f]) != 0)
			f++;
		if (f == FAMILIES)
			fail("unknown family %s: must be use, token_create, mount_options, lsm, helpers, liberties or selinux", name);
		families |= 1u << f;
	}
	return families;
}

static const char USAGE[] =
	"usage: recorder --out FILE [--seed N] [--families use,token_create,mount_options,lsm,helpers,liberties,selinux]\n"
	"                [--cases N | --short] [--vocabulary FILE]\n"
	"Records what this kernel answers. Needs root; changes nothing that outlives it.\n";

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "out", required_argument, NULL, 'o' }, { "seed", required_argument, NULL, 's' },
		{ "families", required_argument, NULL, 'f' }, { "cases", required_argument, NULL, 'c' },
		{ "short", no_argument, NULL, 'S' }, { "vocabulary", required_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' }, { 0 },
	};
	const char *path = NULL, *vocabulary_path = NULL;
	unsigned families = CASE_FAMILIES;
	unsigned long cases = 40000, counts[FAMILIES];
	int option;

	if (getpid() == 1)
		guest_main();
	recording.seed = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'o':
			path = optarg;
			break;
		case 's':
			recording.seed = strtoull(optarg, NULL, 0);
			break;
		case 'f':
			families = parse_families(optarg);
			break;
		case 'c':
			cases = strtoul(optarg, NULL, 0);
			break;
		case 'S':
			cases = 2500;
			break;
		case 'v':
			vocabulary_path = optarg;
			break;
		default:
			fputs(USAGE, option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (!path || optind != argc) {
		fputs(USAGE, stderr);
		return 2;
	}
	out_file = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	if (!out_file)
		fail("%s: %s", path, strerror(errno));
	prepare();
	if (vocabulary_path)
		vocabulary_write(vocabulary_path, families & PROGRAM_FAMILIES);
	family_counts(cases, families, counts);
	record_all(read_sysctl(), counts);
	return finish();
}
