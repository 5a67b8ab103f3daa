/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* splitmix64 */
uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

struct rng rng_make(uint64_t seed, const char *what, uint64_t number)
{
	struct rng rng = { seed };

	for (; *what; what++)
		rng.state = rng_next(&rng) ^ (unsigned char)*what;
	rng.state = rng_next(&rng) ^ number;
	rng.state = rng_next(&rng);
	return rng;
}

unsigned rng_below(struct rng *rng, unsigned bound)
{
	return (unsigned)((rng_next(rng) >> 32) * bound >> 32);
}

int rng_chance(struct rng *rng, unsigned percent)
{
	return rng_below(rng, 100) < percent;
}

unsigned rng_weighted(struct rng *rng, const unsigned char *weights, unsigned count)
{
	unsigned sum = 0, i, at;

	for (i = 0; i < count; i++)
		sum += weights[i];
	at = rng_below(rng, sum);
	for (i = 0; at >= weights[i]; i++)
		at -= weights[i];
	return i;
}

static void say(const char *format, va_list args)
{
	fputs("recorder: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}

pid_t recorder_pid;

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	/* A child process leaves the cleaning up to the recorder itself. */
	if (getpid() == recorder_pid)
		exit(1);
	_exit(1);
}

long negated(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* System call numbers of the mount API are the same on every architecture. */
enum { NR_OPEN_TREE = 428, NR_MOVE_MOUNT = 429, NR_FSOPEN = 430, NR_FSCONFIG = 431, NR_FSMOUNT = 432, NR_FSPICK = 433 };
enum { NR_MOUNT_SETATTR = 442 };
enum { F_EMPTY_PATH = 4, PICK_EMPTY_PATH = 8, TREE_CLONE = 1, TREE_EMPTY_PATH = 0x1000, ATTR_RDONLY = 1 };

long sys_bpf(int cmd, void *attr, unsigned size)
{
	return negated(syscall(SYS_bpf, cmd, attr, size));
}

int sys_fsopen(const char *type)
{
	return (int)negated(syscall(NR_FSOPEN, type, 0));
}

int sys_fsconfig(int fd, unsigned cmd, const char *key, const char *value)
{
	return (int)negated(syscall(NR_FSCONFIG, fd, cmd, key, value, 0));
}

int sys_fsmount(int fd)
{
	return (int)negated(syscall(NR_FSMOUNT, fd, 0, 0));
}

int sys_fspick(int dirfd)
{
	return (int)negated(syscall(NR_FSPICK, dirfd, "", PICK_EMPTY_PATH));
}

int sys_move_mount(int fd, const char *path)
{
	return (int)negated(syscall(NR_MOVE_MOUNT, fd, "", AT_FDCWD, path, F_EMPTY_PATH));
}

int sys_open_tree_clone(int dirfd)
{
	return (int)negated(syscall(NR_OPEN_TREE, dirfd, "", TREE_CLONE | TREE_EMPTY_PATH));
}

int sys_mount_setattr_rdonly(int fd)
{
	struct {
		uint64_t set, clear, propagation, userns_fd;
	} attr = { ATTR_RDONLY, 0, 0, 0 };

	return (int)negated(syscall(NR_MOUNT_SETATTR, fd, "", TREE_EMPTY_PATH, &attr, sizeof(attr)));
}
