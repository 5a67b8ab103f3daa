/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static void record_family(enum family family, int count)
{
	const char *missing;

	switch (family) {
	case F_USE:
		record_use(count);
		break;
	case F_TOKEN_CREATE:
		record_token_create(count);
		break;
	case F_MOUNT_OPTIONS:
		record_mount_options(count);
		break;
	case F_HELPERS:
		record_helpers();
		break;
	case F_LIBERTIES:
		record_liberties();
		break;
	case F_SELINUX:
		missing = selinux_missing();
		if (missing)
			fail("family selinux cannot be recorded: %s", missing);
		record_selinux(count);
		break;
	default:
		missing = lsm_missing();
		if (missing)
			warn("family lsm is skipped: %s", missing);
		else
			record_lsm(count);
	}
}

void family_counts(unsigned long cases, unsigned families, unsigned long counts[FAMILIES])
{
	static const unsigned char shares[FAMILIES] = { [F_USE] = 74, [F_TOKEN_CREATE] = 10, [F_MOUNT_OPTIONS] = 9,
							[F_LSM] = 7, [F_SELINUX] = 50 };
	unsigned long all = 0;

	for (enum family f = 0; f < FAMILIES; f++)
		all += families & 1u << f ? shares[f] : 0;
	for (enum family f = 0; f < FAMILIES; f++)
		if (!(families >> f & 1))
			counts[f] = 0;
		else
			counts[f] = PROGRAM_FAMILIES >> f & 1 ? 1 : cases * shares[f] / all;
}

void record_all(int sysctl, const unsigned long counts[FAMILIES])
{
	recording.sysctl = sysctl;
	for (enum family f = 0; f < FAMILIES; f++)
		if (counts[f])
			record_family(f, (int)counts[f]);
}

/* So that descriptor 0 is the same everywhere: open, and no token. */
static void use_null_input(void)
{
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0)
		fail("/dev/null: %s", strerror(errno));
	dup2(fd, 0);
	if (fd != 0)
		close(fd);
}

void prepare(void)
{
	static struct utsname name;
	struct rlimit limit = { 4096, 4096 };

	recorder_pid = getpid();
	use_null_input();
	uname(&name);
	recording.kernel = name.release;
	umask(022);
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &limit);
	if (geteuid() != 0 || setgroups(0, NULL) != 0)
		fail("the recorder must run as root in the initial user namespace");
	btf_read();
	if (!name_of(KIND_CMD, CMD_TOKEN_CREATE))
		fail("Linux %s has no BPF tokens: they came with 6.9", name.release);
	answers = mmap(NULL, MAX_CASES * sizeof(*answers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	workdir_make();
	fixtures_make();
}

int finish(void)
{
	unsigned long sum = 0;

	if (fflush(out_file) != 0 || ferror(out_file) || fclose(out_file) != 0)
		fail("cannot write the recording: %s", strerror(errno));
	workdir_remove();
	if (skipped)
		warn("%lu cases are skipped: a security module of this machine refuses their programs even to root", skipped);
	for (enum family f = 0; f < FAMILIES; f++)
		sum += recording.counts[f];
	fprintf(stderr, "recorder: %lu records", sum);
	for (enum family f = 0; f < FAMILIES; f++)
		if (f < F_HELPERS || recording.counts[f])
			fprintf(stderr, ", %s %lu", FAMILY_NAMES[f], recording.counts[f]);
	fprintf(stderr, ", lost %lu\n", lost);
	return lost ? 1 : 0;
}
