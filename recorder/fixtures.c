/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

struct fixtures fixtures;

static int must(long ret, const char *what)
{
	if (ret < 0)
		fail("%s: %s", what, strerror((int)-ret));
	return (int)ret;
}

/* The id of a map, program or link: where its information has it. */
static unsigned id_of(int fd)
{
	uint32_t info[64] = { 0 };
	struct attr attr = { .size = 16 };

	put32(&attr, 0, (uint32_t)fd);
	put32(&attr, 4, sizeof(info));
	put64(&attr, 8, (uintptr_t)info);
	must(sys_bpf(CMD_OBJ_GET_INFO_BY_FD, attr.bytes, attr.size), "OBJ_GET_INFO_BY_FD");
	return info[1];
}

enum { HASH = 1, ARRAY = 2, SOCKET_FILTER = 1, CGROUP_SKB = 8, SK_LOOKUP = 30 };

static int map_make(unsigned type)
{
	struct request request = { .cmd = CMD_MAP_CREATE, .type = type };
	struct attr attr;

	request_attr(&attr, &request, NULL);
	return must(sys_bpf(CMD_MAP_CREATE, attr.bytes, attr.size), "MAP_CREATE");
}

int own_fd_make(const struct request *request, const struct token *token)
{
	struct attr attr = { .size = attr_size };
	uint32_t key = 0, value = 0;
	int fd;

	switch (request->cmd) {
	case CMD_PROG_ATTACH:
	case CMD_LINK_CREATE:
		return must(prog_load(CGROUP_SKB, request->attach, token), "PROG_LOAD of a cgroup program");
	case CMD_MAP_FREEZE:
		return map_make(ARRAY);
	case CMD_MAP_DELETE_ELEM:
	case CMD_MAP_LOOKUP_AND_DELETE_ELEM:
		fd = map_make(HASH);
		put32(&attr, 0, (uint32_t)fd);
		put64(&attr, 8, (uintptr_t)&key);
		put64(&attr, 16, (uintptr_t)&value);
		must(sys_bpf(CMD_MAP_UPDATE_ELEM, attr.bytes, attr.size), "MAP_UPDATE_ELEM");
		return fd;
	default:
		return -1;
	}
}

void fixtures_make(void)
{
	struct request request = { .cmd = CMD_BTF_LOAD };
	struct attr attr;
	int lookup, netns;

	fixtures.devnull = must(negated(open("/dev/null", O_RDWR | O_CLOEXEC)), "/dev/null");
	fixtures.array_map = map_make(ARRAY);
	request_attr(&attr, &request, NULL);
	fixtures.btf = must(sys_bpf(CMD_BTF_LOAD, attr.bytes, attr.size), "BTF_LOAD");
	fixtures.prog = must(prog_load(SOCKET_FILTER, 0, NULL), "PROG_LOAD of a socket filter");

	/* A link without effect on other processes: a socket look-up program on a private network namespace. */
	must(negated(unshare(CLONE_NEWNET)), "a network namespace");
	netns = must(negated(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)), "/proc/self/ns/net");
	lookup = must(prog_load(SK_LOOKUP, (unsigned)attach_value("sk_lookup"), NULL), "PROG_LOAD of a socket look-up");
	attr = (struct attr){ .size = attr_size };
	put32(&attr, 0, (uint32_t)lookup);
	put32(&attr, 4, (uint32_t)netns);
	put32(&attr, 8, (uint32_t)attach_value("sk_lookup"));
	fixtures.link = must(sys_bpf(CMD_LINK_CREATE, attr.bytes, attr.size), "LINK_CREATE");
	close(lookup);
	close(netns);
	fixtures.prog_id = id_of(fixtures.prog);
	fixtures.map_id = id_of(fixtures.array_map);
	fixtures.link_id = id_of(fixtures.link);
}
