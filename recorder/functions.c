/* SPDX-License-Identifier: MIT */
/* BTF of the functions in the recorder's programs: ext programs and callbacks must have it. */
#define _GNU_SOURCE
#include "recorder.h"

#include <string.h>

enum { STATIC = 0, GLOBAL = 1 };

/* Offsets into the strings. */
#define STRINGS "\0int\0xdp_md\0__sk_buff\0a\0b\0on_xdp\0on_skb\0callback"
enum { S_INT = 1, S_XDP_MD = 5, S_SK_BUFF = 12, S_A = 22, S_B = 24, S_ON_XDP = 26, S_ON_SKB = 33, S_CALLBACK = 40 };

/* Types in the order of their ids, from 1. */
enum { T_INT = 1, T_XDP_MD, T_SK_BUFF, T_XDP_PTR, T_SKB_PTR, T_VOID_PTR, T_XDP_PROTO, T_SKB_PROTO, T_CALLBACK_PROTO };

#define INFO(kind, count) ((uint32_t)(kind) << 24 | (count))
static const uint32_t TYPES[] = {
	S_INT, INFO(BTF_INT, 0), 4, 1u << 24 | 32,
	S_XDP_MD, INFO(BTF_STRUCT, 0), 0,
	S_SK_BUFF, INFO(BTF_STRUCT, 0), 0,
	0, INFO(BTF_PTR, 0), T_XDP_MD,
	0, INFO(BTF_PTR, 0), T_SK_BUFF,
	0, INFO(BTF_PTR, 0), 0,
	0, INFO(BTF_FUNC_PROTO, 1), T_INT, S_A, T_XDP_PTR,
	0, INFO(BTF_FUNC_PROTO, 1), T_INT, S_A, T_SKB_PTR,
	0, INFO(BTF_FUNC_PROTO, 2), T_INT, S_A, T_INT, S_B, T_VOID_PTR,
	S_ON_XDP, INFO(BTF_FUNC, GLOBAL), T_XDP_PROTO,
	S_ON_SKB, INFO(BTF_FUNC, GLOBAL), T_SKB_PROTO,
	S_CALLBACK, INFO(BTF_FUNC, STATIC), T_CALLBACK_PROTO,
};

int functions_btf(void)
{
	static int fd;
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t header, type_off, type_len, str_off, str_len;
		uint32_t types[ARRAY_LEN(TYPES)];
		char strings[sizeof(STRINGS)];
	} blob = { 0xeb9f, 1, 0, 24, 0, sizeof(TYPES), sizeof(TYPES), sizeof(STRINGS), { 0 }, STRINGS };
	struct attr attr = { .size = attr_size };

	if (fd)
		return fd;
	memcpy(blob.types, TYPES, sizeof(TYPES));
	put64(&attr, 0, (uintptr_t)&blob);
	put32(&attr, 16, 24 + sizeof(TYPES) + sizeof(STRINGS));
	fd = (int)sys_bpf(CMD_BTF_LOAD, attr.bytes, attr.size);
	if (fd < 0)
		fail("BTF_LOAD of the programs' functions: %s", strerror(-fd));
	return fd;
}
