/* SPDX-License-Identifier: MIT */
/*
 * Process 1 of a guest: mounts file systems, records with each value of the sysctl, powers off.
 * Its options are on the kernel's command line: recorder.out=/dev/ttyS1 recorder.seed=1 recorder.cases=40000
 * recorder.families=helpers,liberties
 */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void mount_all(void)
{
	static const struct {
		const char *type, *path;
	} mounts[] = {
		{ "proc", "/proc" }, { "sysfs", "/sys" }, { "devtmpfs", "/dev" }, { "tmpfs", "/tmp" },
	};

	for (unsigned i = 0; i < ARRAY_LEN(mounts); i++) {
		mkdir(mounts[i].path, 0755);
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type, 0, NULL) != 0 && errno != EBUSY)
			warn("%s: %s", mounts[i].path, strerror(errno));
	}
}

/* The value of recorder.NAME= on the kernel's command line. */
static const char *parameter(const char *name, const char *otherwise)
{
	static char line[4096];
	static char values[4][256];
	static unsigned used;
	char key[64], *found;
	FILE *file = fopen("/proc/cmdline", "re");

	if (!file || !fgets(line, sizeof(line), file))
		return otherwise;
	fclose(file);
	snprintf(key, sizeof(key), "recorder.%s=", name);
	found = strstr(line, key);
	if (!found)
		return otherwise;
	found += strlen(key);
	found[strcspn(found, " \n")] = 0;
	snprintf(values[used % 4], sizeof(values[0]), "%s", found);
	return values[used++ % 4];
}

/* A serial line must carry the bytes as they are. */
static void make_raw(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) != 0)
		return;
	cfmakeraw(&settings);
	cfsetspeed(&settings, B115200);
	tcsetattr(fd, TCSANOW, &settings);
}

static void set_sysctl(int value)
{
	FILE *file = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "we");

	if (!file || fprintf(file, "%d\n", value) < 0 || fclose(file) != 0)
		fail("unprivileged_bpf_disabled cannot be set to %d: %s", value, strerror(errno));
}

static int record(void)
{
	/* 1 locks the sysctl, so it comes last. */
	static const struct {
		int sysctl;
		unsigned percent;
	} rounds[] = { { 0, 40 }, { 2, 40 }, { 1, 20 } };
	const char *path = parameter("out", "/dev/ttyS1");
	unsigned long cases = strtoul(parameter("cases", "40000"), NULL, 0), counts[FAMILIES];
	const char *list = parameter("families", NULL);
	unsigned families = CASE_FAMILIES;
	char names[256];

	if (list) {
		snprintf(names, sizeof(names), "%s", list);
		families = parse_families(names);
	}
	recording.seed = strtoull(parameter("seed", "1"), NULL, 0);
	out_file = fopen(path, "we");
	if (!out_file)
		fail("%s: %s", path, strerror(errno));
	make_raw(fileno(out_file));
	setvbuf(out_file, NULL, _IOFBF, 1 << 16);
	prepare();
	vocabulary_write(parameter("vocabulary", "/dev/ttyS2"), families & PROGRAM_FAMILIES);
	for (unsigned i = 0; i < ARRAY_LEN(rounds); i++) {
		set_sysctl(rounds[i].sysctl);
		family_counts(cases * rounds[i].percent / 100, families, counts);
		/* With 0 alone some programs load without CAP_BPF. */
		families &= ~PROGRAM_FAMILIES;
		record_all(rounds[i].sysctl, counts);
	}
	tcdrain(fileno(out_file));
	return finish();
}

void guest_main(void)
{
	int status = -1;
	pid_t pid;

	mount_all();
	pid = fork();
	if (pid == 0)
		exit(record());
	while (wait(&status) != pid)
		continue;
	/* The last line on the console: scripts/record checks it. */
	fprintf(stderr, "recorder: ended with status %d\n", status);
	sync();
	sleep(1);
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
