/* SPDX-License-Identifier: MIT */
/*
 * fake_bpf.so, for LD_PRELOAD: bpf() that succeeds without a kernel, so that a loader sends all that it would. PROG_LOAD and MAP_CREATE are written to
 * descriptor 3, one line each: what they were given. Numbers are of struct bpf_attr, include/uapi/linux/bpf.h.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAP_CREATE = 0, PROG_LOAD = 5, OBJ_GET_INFO_BY_FD = 15, RAW_TRACEPOINT_OPEN = 17, BTF_LOAD = 18, LINK_CREATE = 28, TOKEN_CREATE = 36 };

struct map_create {
	uint32_t map_type, key_size, value_size, max_entries, map_flags, inner_map_fd, numa_node;
	char name[16];
};

struct prog_load {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char name[16];
	uint32_t ifindex, expected_attach_type, btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt, attach_btf_id;
};

static long fake_bpf(int command, void *attributes)
{
	struct prog_load *load = attributes;
	struct map_create *map = attributes;

	switch (command) {
	case PROG_LOAD:
		dprintf(3, "prog_load name=%.15s type=%u attach_type=%u insn_cnt=%u flags=%u license=%s\n", load->name, load->prog_type,
			load->expected_attach_type, load->insn_cnt, load->prog_flags,
			load->license ? (const char *)(uintptr_t)load->license : "");
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	case MAP_CREATE:
		dprintf(3, "map_create name=%.15s type=%u key_size=%u value_size=%u max_entries=%u flags=%u\n", map->name, map->map_type,
			map->key_size, map->value_size, map->max_entries, map->map_flags);
		return open("/dev/zero", O_RDWR | O_CLOEXEC);
	case BTF_LOAD:
	case LINK_CREATE:
	case RAW_TRACEPOINT_OPEN:
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	case TOKEN_CREATE:
		errno = ENOENT;
		return -1;
	default:
		return 0;
	}
}

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	long a[6];
	va_list arguments;

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(arguments, long);
	va_end(arguments);
	if (number == SYS_bpf)
		return fake_bpf((int)a[0], (void *)a[1]);
	if (!real)
		real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
