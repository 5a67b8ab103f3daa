/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct btf_type {
	uint32_t name, info, size_or_type;
	uint32_t rest[];
};

static const char *strings;
static const struct btf_type **types;
static unsigned type_count;

struct vocabulary vocabulary[KINDS], helper_names;
struct btf_ids btf_ids;
unsigned attr_size, prog_load_size;

static const struct {
	const char *enum_name, *prefix;
} KIND_ENUMS[KINDS] = {
	{ "bpf_cmd", "BPF_" },
	{ "bpf_map_type", "BPF_MAP_TYPE_" },
	{ "bpf_prog_type", "BPF_PROG_TYPE_" },
	{ "bpf_attach_type", "BPF_" },
};

static unsigned kind_of(const struct btf_type *type)
{
	return type->info >> 24 & 0x1f;
}

static unsigned members_of(const struct btf_type *type)
{
	return type->info & 0xffff;
}

/* 32-bit words after the three of struct btf_type. */
static unsigned words_after(const struct btf_type *type)
{
	switch (kind_of(type)) {
	case BTF_INT:
	case BTF_VAR:
	case BTF_DECL_TAG:
		return 1;
	case BTF_ARRAY:
		return 3;
	case BTF_STRUCT:
	case BTF_UNION:
	case BTF_DATASEC:
	case BTF_ENUM64:
		return 3 * members_of(type);
	case BTF_ENUM:
	case BTF_FUNC_PROTO:
		return 2 * members_of(type);
	default:
		return 0;
	}
}

static void read_enum(struct vocabulary *words, const char *prefix, const struct btf_type *type)
{
	size_t length = strlen(prefix);

	if (words->count || !members_of(type))
		return;
	words->items = calloc(members_of(type), sizeof(*words->items));
	for (unsigned i = 0; i < members_of(type); i++) {
		const char *name = strings + type->rest[2 * i];
		int value = (int)type->rest[2 * i + 1];
		struct enumerator *item;

		if (strncmp(name, prefix, length) != 0)
			continue;
		item = &words->items[words->count++];
		item->spelled = name;
		item->name = strdup(name + length);
		for (char *c = item->name; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		item->value = value;
		/* Later entries of the list that are flags and not numbers of their own lie past 63. */
		if (value < 64 && value >= words->values)
			words->values = value + 1;
	}
}

static unsigned type_size(unsigned id)
{
	const struct btf_type *type = types[id];

	switch (kind_of(type)) {
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
		return type_size(type->size_or_type);
	case BTF_ARRAY:
		return type_size(type->rest[0]) * type->rest[2];
	default:
		return type->size_or_type;
	}
}

/* The end of the last field in the anonymous structure of union bpf_attr that has `field`. */
static unsigned fields_end(const struct btf_type *attr, const char *field)
{
	for (unsigned i = 0; i < members_of(attr); i++) {
		const struct btf_type *inner = types[attr->rest[3 * i + 1]];
		unsigned members = members_of(inner);

		if (strings[attr->rest[3 * i]] || kind_of(inner) != BTF_STRUCT || !members)
			continue;
		if (strcmp(strings + inner->rest[0], field) != 0)
			continue;
		return inner->rest[3 * members - 1] / 8 + type_size(inner->rest[3 * members - 2]);
	}
	return 0;
}

static void note_type(unsigned id, const struct btf_type *type)
{
	static const struct {
		unsigned kind;
		const char *name;
		unsigned *id;
	} wanted[] = {
		{ BTF_FUNC, "bpf_fentry_test1", &btf_ids.fentry_func },
		{ BTF_FUNC, "bpf_modify_return_test", &btf_ids.modify_return_func },
		{ BTF_TYPEDEF, "btf_trace_sched_switch", &btf_ids.raw_tp_typedef },
		{ BTF_FUNC, "bpf_iter_task", &btf_ids.iter_func },
		{ BTF_FUNC, "bpf_lsm_file_open", &btf_ids.lsm_func },
		{ BTF_STRUCT, "tcp_congestion_ops", &btf_ids.tcp_congestion_ops },
		{ BTF_STRUCT, "bpf_struct_ops_tcp_congestion_ops", &btf_ids.struct_ops_value },
		{ BTF_FUNC, "bpf_lsm_bpf_token_create", &btf_ids.lsm_token_create },
		{ BTF_FUNC, "bpf_lsm_bpf_token_cmd", &btf_ids.lsm_token_cmd },
		{ BTF_FUNC, "bpf_lsm_bpf_token_capable", &btf_ids.lsm_token_capable },
	};
	const char *name = strings + type->name;
	unsigned kind = kind_of(type);

	if (kind == BTF_ENUM)
		for (enum kind k = 0; k < KINDS; k++)
			if (strcmp(name, KIND_ENUMS[k].enum_name) == 0)
				read_enum(&vocabulary[k], KIND_ENUMS[k].prefix, type);
	if (kind == BTF_ENUM && strcmp(name, "bpf_func_id") == 0)
		read_enum(&helper_names, "BPF_FUNC_", type);
	for (unsigned i = 0; i < ARRAY_LEN(wanted); i++)
		if (wanted[i].kind == kind && strcmp(wanted[i].name, name) == 0)
			*wanted[i].id = id;
	if (btf_ids.struct_ops_value == id)
		btf_ids.struct_ops_value_size = type->size_or_type;
	if (kind == BTF_UNION && strcmp(name, "bpf_attr") == 0)
		attr_size = type->size_or_type;
}

static char *read_file(const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t room = 1 << 20, used = 0;
	char *bytes = malloc(room);
	ssize_t got;

	if (fd < 0)
		fail("%s: the kernel must have BTF (CONFIG_DEBUG_INFO_BTF)", path);
	while ((got = read(fd, bytes + used, room - used)) > 0) {
		used += (size_t)got;
		if (used == room)
			bytes = realloc(bytes, room *= 2);
	}
	close(fd);
	*length = used;
	return bytes;
}

void btf_read(void)
{
	size_t length;
	char *bytes = read_file("/sys/kernel/btf/vmlinux", &length);
	const uint32_t *header = (const uint32_t *)bytes;
	const uint32_t *at, *end;
	unsigned room = 1 << 16;

	if (length < 24 || (header[0] & 0xffff) != 0xeb9f)
		fail("/sys/kernel/btf/vmlinux must be BTF of this machine's byte order");
	strings = bytes + header[1] + header[4];
	at = (const uint32_t *)(bytes + header[1] + header[2]);
	end = (const uint32_t *)((const char *)at + header[3]);
	types = calloc(room, sizeof(*types));
	type_count = 1;
	while (at < end) {
		if (type_count == room)
			types = realloc(types, (room *= 2) * sizeof(*types));
		types[type_count++] = (const struct btf_type *)at;
		at += 3 + words_after((const struct btf_type *)at);
	}
	for (unsigned id = 1; id < type_count; id++)
		note_type(id, types[id]);
	for (unsigned id = 1; id < type_count; id++)
		if (kind_of(types[id]) == BTF_UNION && strcmp(strings + types[id]->name, "bpf_attr") == 0)
			prog_load_size = fields_end(types[id], "prog_type");
	for (enum kind k = 0; k < KINDS; k++)
		if (!vocabulary[k].count)
			fail("the kernel's BTF has no enum %s", KIND_ENUMS[k].enum_name);
	if (!attr_size || !prog_load_size)
		fail("the kernel's BTF has no union bpf_attr");
}

unsigned btf_find(unsigned kind, const char *name)
{
	for (unsigned id = 1; id < type_count; id++)
		if (kind_of(types[id]) == kind && strcmp(strings + types[id]->name, name) == 0)
			return id;
	return 0;
}

int btf_member(unsigned struct_id, const char *name)
{
	const struct btf_type *type = types[struct_id];

	for (unsigned i = 0; i < members_of(type); i++)
		if (strcmp(strings + type->rest[3 * i], name) == 0)
			return (int)i;
	return -1;
}

const char *name_of(enum kind kind, unsigned value)
{
	const struct vocabulary *words = &vocabulary[kind];
	const char *found = NULL;

	if (value >= 64)
		return NULL;
	for (int i = 0; i < words->count; i++) {
		const char *name = words->items[i].name;

		if ((unsigned)words->items[i].value != value)
			continue;
		/* Of two names of a number, the first, unless it is called deprecated. */
		if (!found || (strlen(found) > 11 && strcmp(found + strlen(found) - 11, "_deprecated") == 0))
			found = name;
	}
	return found;
}

uint64_t known_mask(enum kind kind)
{
	return ((uint64_t)1 << vocabulary[kind].values) - 1;
}
