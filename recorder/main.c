/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

const char *const FAMILY_NAMES[FAMILIES] = { "use", "token_create", "mount_options", "lsm" };
struct recording recording;
const char *scratch;
char mount_point[16];
FILE *out_file;

static char cgroup_path[128];

void out_begin(enum family family)
{
	out("{\"family\":\"%s\",\"kernel\":\"%s\",\"case\":\"%s-%lu\",\"sysctl_unprivileged_bpf_disabled\":%d,",
	    FAMILY_NAMES[family], recording.kernel, FAMILY_NAMES[family], recording.counts[family]++, recording.sysctl);
}

static void remove_cgroup(void)
{
	if (cgroup_path[0])
		rmdir(cgroup_path);
	cgroup_path[0] = 0;
}

static void interrupted(int signal)
{
	remove_cgroup();
	_exit(128 + signal);
}

/* Everything on disk that cases need is in a mount namespace of our own, and ends with it; but for one empty cgroup. */
static void make_private_place(void)
{
	static const char *const places[] = { "/mnt", "/media", "/tmp" };
	char path[64];

	if (unshare(CLONE_NEWNS) != 0)
		fail("a mount namespace could not be made (%s): the recorder runs as root", strerror(errno));
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("mounts could not be made private: %s", strerror(errno));
	for (unsigned i = 0; i < ARRAY_LEN(places) && !scratch; i++)
		if (access(places[i], F_OK) == 0)
			scratch = places[i];
	if (!scratch)
		fail("there is no /mnt, /media or /tmp to mount a tmpfs on");
	if (mount("recorder", scratch, "tmpfs", 0, "mode=0755") != 0)
		fail("a tmpfs on %s: %s", scratch, strerror(errno));
	snprintf(mount_point, sizeof(mount_point), "%s/m", scratch);
	mkdir(mount_point, 0777);
	snprintf(path, sizeof(path), "%s/cgroup", scratch);
	mkdir(path, 0755);
	if (mount("recorder", path, "cgroup2", 0, NULL) != 0)
		fail("the cgroup2 hierarchy: %s", strerror(errno));
	snprintf(cgroup_path, sizeof(cgroup_path), "%s/bpf-token-recorder-%d", path, getpid());
	if (mkdir(cgroup_path, 0755) != 0)
		fail("%s: %s", cgroup_path, strerror(errno));
	fixtures.cgroup = open(cgroup_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int read_sysctl(void)
{
	FILE *file = fopen("/proc/sys/kernel/unprivileged_bpf_disabled", "re");
	int value;

	if (!file || fscanf(file, "%d", &value) != 1)
		fail("/proc/sys/kernel/unprivileged_bpf_disabled cannot be read");
	fclose(file);
	return value;
}

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
	default:
		missing = lsm_missing();
		if (missing)
			warn("family lsm is left out: %s", missing);
		else
			record_lsm(count);
	}
}

void family_counts(unsigned long cases, unsigned families, unsigned long counts[FAMILIES])
{
	static const unsigned char shares[FAMILIES] = { [F_USE] = 74, [F_TOKEN_CREATE] = 10, [F_MOUNT_OPTIONS] = 9,
							[F_LSM] = 7 };
	unsigned long all = 0;

	for (enum family f = 0; f < FAMILIES; f++)
		all += families & 1u << f ? shares[f] : 0;
	for (enum family f = 0; f < FAMILIES; f++)
		counts[f] = families & 1u << f ? cases * shares[f] / all : 0;
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
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	setrlimit(RLIMIT_NOFILE, &limit);
	if (geteuid() != 0 || setgroups(0, NULL) != 0)
		fail("the recorder runs as root, in the initial user namespace");
	btf_read();
	if (!name_of(KIND_CMD, CMD_TOKEN_CREATE))
		fail("Linux %s has no BPF tokens: they came with 6.9", name.release);
	answers = mmap(NULL, MAX_CASES * sizeof(*answers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	atexit(remove_cgroup);
	make_private_place();
	fixtures_make();
}

static unsigned parse_families(char *list)
{
	unsigned families = 0;

	for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
		enum family f = 0;

		while (f < FAMILIES && strcmp(name, FAMILY_NAMES[f]) != 0)
			f++;
		if (f == FAMILIES)
			fail("no family %s: use, token_create, mount_options, lsm", name);
		families |= 1u << f;
	}
	return families;
}

int finish(void)
{
	unsigned long sum = 0;

	if (fflush(out_file) != 0 || ferror(out_file) || fclose(out_file) != 0)
		fail("the recording could not be written: %s", strerror(errno));
	remove_cgroup();
	if (left_out)
		warn("%lu cases are left out: a security module of this machine refuses their programs to root too", left_out);
	for (enum family f = 0; f < FAMILIES; f++)
		sum += recording.counts[f];
	fprintf(stderr, "recorder: %lu records", sum);
	for (enum family f = 0; f < FAMILIES; f++)
		fprintf(stderr, ", %s %lu", FAMILY_NAMES[f], recording.counts[f]);
	fprintf(stderr, ", lost %lu\n", lost);
	return lost ? 1 : 0;
}

static const char USAGE[] =
	"usage: recorder --out FILE [--seed N] [--families use,token_create,mount_options,lsm] [--cases N | --short]\n"
	"                [--vocabulary FILE]\n"
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
	unsigned families = (1u << FAMILIES) - 1;
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
		vocabulary_write(vocabulary_path);
	family_counts(cases, families, counts);
	record_all(read_sysctl(), counts);
	return finish();
}
