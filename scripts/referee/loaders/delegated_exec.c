/* SPDX-License-Identifier: MIT */
/*
 * delegated_exec CAPABILITIES OPTIONS PROGRAM [ARGUMENT...]
 *
 * Runs a program in a user namespace of its own, as its root, with a bpffs at /sys/fs/bpf that belongs to that namespace. Root of the
 * initial user namespace starts it. CAPABILITIES is a bit mask in hexadecimal: what the program has in its namespace. OPTIONS are
 * mount options with commas between them, `delegate_cmds=map_create,delegate_maps=array`, or `-`: no bpffs is mounted.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first of the ids that the namespace has. */
#define FIRST_ID 100000
#define LAST_CAPABILITY 63

static void send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	if (sendmsg(sock, &message, 0) != 1)
		err(70, "sendmsg");
}

static int receive_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(sock, &message, 0) != 1 || !CMSG_FIRSTHDR(&message))
		errx(70, "no descriptor came");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

static void await(int sock)
{
	char byte;

	if (read(sock, &byte, 1) != 1)
		errx(70, "the other process ended");
}

static void tell(int sock)
{
	if (write(sock, "", 1) != 1)
		err(70, "write");
}

static void write_map(pid_t pid, const char *name)
{
	char path[64], text[64];
	int length = snprintf(text, sizeof(text), "0 %d 65536\n", FIRST_ID), fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, (size_t)length) != length)
		err(70, "%s", path);
	close(fd);
}

/* Sets the options and makes the instance: only the initial user namespace may delegate. */
static void delegate(int context, char *options)
{
	for (char *option = strtok(options, ","); option; option = strtok(NULL, ",")) {
		char *value = strchr(option, '=');

		if (!value)
			errx(64, "%s: an option has a value", option);
		*value++ = '\0';
		if (syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, option, value, 0) < 0)
			err(70, "fsconfig %s=%s", option, value);
	}
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		err(70, "fsconfig create");
}

static void run_inside(int sock, uint64_t capabilities, int has_bpffs, char **command)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		err(70, "unshare");
	tell(sock);
	await(sock);
	if (setgid(0) < 0 || setuid(0) < 0)
		err(70, "setuid");
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		err(70, "mount private");
	if (has_bpffs) {
		int context = (int)syscall(SYS_fsopen, "bpf", 0), instance;

		if (context < 0)
			err(70, "fsopen");
		send_fd(sock, context);
		await(sock);
		instance = (int)syscall(SYS_fsmount, context, 0, 0);
		if (instance < 0)
			err(70, "fsmount");
		if (syscall(SYS_move_mount, instance, "", AT_FDCWD, "/sys/fs/bpf", MOVE_MOUNT_F_EMPTY_PATH) < 0)
			err(70, "move_mount");
		close(instance);
		close(context);
	}
	close(sock);
	for (int cap = 0; cap <= LAST_CAPABILITY; cap++)
		if (!(capabilities >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0 && errno != EINVAL)
			err(70, "PR_CAPBSET_DROP %d", cap);
	execvp(command[0], command);
	err(70, "%s", command[0]);
}

int main(int argc, char **argv)
{
	int socks[2], status;
	pid_t child;

	if (argc < 4)
		errx(64, "usage: delegated_exec CAPABILITIES OPTIONS PROGRAM [ARGUMENT...]");
	int has_bpffs = strcmp(argv[2], "-") != 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks) < 0)
		err(70, "socketpair");
	child = fork();
	if (child < 0)
		err(70, "fork");
	if (child == 0) {
		close(socks[0]);
		run_inside(socks[1], strtoull(argv[1], NULL, 16), has_bpffs, argv + 3);
	}
	close(socks[1]);
	await(socks[0]);
	write_map(child, "uid_map");
	write_map(child, "gid_map");
	tell(socks[0]);
	if (has_bpffs) {
		delegate(receive_fd(socks[0]), argv[2]);
		tell(socks[0]);
	}
	if (waitpid(child, &status, 0) < 0)
		err(70, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 71;
}
