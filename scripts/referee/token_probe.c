/* SPDX-License-Identifier: MIT */
/*
 * token_probe NAME: makes a token of /sys/fs/bpf, and prints on one line what came of it, and who asked: NAME ANSWER KEY=VALUE...
 * token_probe --copy: copies its input.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BPF_OBJ_GET_INFO_BY_FD = 15, BPF_TOKEN_CREATE = 36 };

struct token_create {
	uint32_t flags, bpffs_fd;
};

struct token_info {
	uint64_t allowed_cmds, allowed_maps, allowed_progs, allowed_attachs;
};

struct info_request {
	uint32_t fd, info_len;
	uint64_t info;
};

/* Options of the last mount at /sys/fs/bpf, those of its superblock: the last field of a line of mountinfo. */
static void mount_options(char *found, size_t size)
{
	char line[4096], place[512];
	FILE *file = fopen("/proc/self/mountinfo", "r");

	snprintf(found, size, "-");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %*s %*s %*s %511s", place) != 1 || strcmp(place, "/sys/fs/bpf") != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(found, size, "%s", strrchr(line, ' ') + 1);
	}
	if (file)
		fclose(file);
}

static void effective_capabilities(char *found, size_t size)
{
	char line[256], value[64] = "-";
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %63s", value) == 1)
			break;
	if (file)
		fclose(file);
	snprintf(found, size, "%s", value);
}

/* Copies the standard input to the output. */
static int copy(void)
{
	char buffer[65536];
	ssize_t got;

	while ((got = read(0, buffer, sizeof(buffer))) > 0)
		for (ssize_t done = 0, now; done < got; done += now)
			if ((now = write(1, buffer + done, (size_t)(got - done))) <= 0)
				return 1;
	return got < 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--copy") == 0)
		return copy();

	/* The inode of the initial user namespace (include/linux/proc_ns.h: PROC_USER_INIT_INO). */
	const char *initial = "user:[4026531837]", *answer = "token";
	char options[2048], caps[64], namespace[64] = "-", line[4096];
	struct token_info info = { 0 };
	int fd = open("/sys/fs/bpf", O_RDONLY | O_DIRECTORY);

	if (fd < 0) {
		answer = strerrorname_np(errno);
	} else {
		struct token_create attr = { .bpffs_fd = (uint32_t)fd };
		int token = (int)syscall(SYS_bpf, BPF_TOKEN_CREATE, &attr, sizeof(attr));

		if (token < 0) {
			answer = strerrorname_np(errno);
		} else {
			struct info_request request = { (uint32_t)token, sizeof(info), (uint64_t)(uintptr_t)&info };

			/* Kernels before 6.17 do not tell it. */
			syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &request, sizeof(request));
		}
	}
	mount_options(options, sizeof(options));
	effective_capabilities(caps, sizeof(caps));
	if (readlink("/proc/self/ns/user", namespace, sizeof(namespace) - 1) < 0)
		return 1;
	/* One write, so that lines of processes do not mix. */
	int length = snprintf(line, sizeof(line), "%s %s:%s uid=%u caps=%s userns=%s info=%llx,%llx,%llx,%llx options=%s\n",
			      argc > 1 ? argv[1] : "-", fd < 0 ? "open" : "bpf", answer, geteuid(), caps,
			      strcmp(namespace, initial) == 0 ? "init" : "own", (unsigned long long)info.allowed_cmds,
			      (unsigned long long)info.allowed_maps, (unsigned long long)info.allowed_progs,
			      (unsigned long long)info.allowed_attachs, options);
	return write(1, line, (size_t)length) == length ? 0 : 1;
}
