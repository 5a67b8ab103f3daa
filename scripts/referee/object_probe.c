/* SPDX-License-Identifier: MIT */
/*
 * object_probe FILE...: what libbpf makes of BPF objects, one line of JSON for each: programs and maps as bpf_object__open_file() leaves them.
 * object_probe --sections < NAMES: what libbpf makes of names of sections, one line of JSON for each.
 * object_probe --load FILE: loads an object; with fake_bpf.so in LD_PRELOAD no kernel is asked.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	if (getenv("OBJECT_PROBE_VERBOSE"))
		return vfprintf(stderr, format, args);
	(void)level;
	return 0;
}

static void print_text(const char *text)
{
	putchar('"');
	for (; text && *text; text++) {
		if ((unsigned char)*text < ' ' || *text == '"' || *text == '\\')
			printf("\\u%04x", (unsigned char)*text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void print_map(const struct bpf_map *map)
{
	const struct bpf_map *inner = bpf_map__inner_map((struct bpf_map *)map);

	printf("{\"name\":");
	print_text(bpf_map__name(map));
	printf(",\"type\":%u,\"key_size\":%u,\"value_size\":%u,\"max_entries\":%u,\"map_flags\":%u,\"numa_node\":%u,\"map_extra\":\"%llu\"",
	       bpf_map__type(map), bpf_map__key_size(map), bpf_map__value_size(map), bpf_map__max_entries(map),
	       bpf_map__map_flags(map), bpf_map__numa_node(map), (unsigned long long)bpf_map__map_extra(map));
	printf(",\"btf_types\":%s,\"internal\":%s,\"autocreate\":%s,\"pin\":%s,\"inner\":",
	       bpf_map__btf_key_type_id(map) || bpf_map__btf_value_type_id(map) ? "true" : "false",
	       bpf_map__is_internal(map) ? "true" : "false", bpf_map__autocreate(map) ? "true" : "false",
	       bpf_map__pin_path(map) ? "true" : "false");
	if (inner)
		print_map(inner);
	else
		printf("null");
	putchar('}');
}

static void print_program(const struct bpf_program *program)
{
	printf("{\"name\":");
	print_text(bpf_program__name(program));
	printf(",\"section\":");
	print_text(bpf_program__section_name(program));
	printf(",\"type\":%d,\"attach_type\":%d,\"autoload\":%s,\"insn_cnt\":%zu}", bpf_program__type(program),
	       bpf_program__expected_attach_type(program), bpf_program__autoload(program) ? "true" : "false",
	       bpf_program__insn_cnt(program));
}

static void print_object(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "object", .relaxed_maps = true);
	struct bpf_object *object = bpf_object__open_file(path, &options);
	struct bpf_program *program;
	struct bpf_map *map;
	const char *between = "";

	printf("{\"file\":");
	print_text(path);
	if (!object) {
		printf(",\"error\":%ld}\n", libbpf_get_error(object));
		return;
	}
	printf(",\"programs\":[");
	bpf_object__for_each_program(program, object) {
		printf("%s", between);
		print_program(program);
		between = ",";
	}
	printf("],\"maps\":[");
	between = "";
	bpf_object__for_each_map(map, object) {
		printf("%s", between);
		print_map(map);
		between = ",";
	}
	printf("]}\n");
	bpf_object__close(object);
}

static int print_sections(void)
{
	char name[512];

	while (fgets(name, sizeof(name), stdin)) {
		enum bpf_prog_type type = 0;
		enum bpf_attach_type attach_type = 0;
		int error;

		name[strcspn(name, "\n")] = 0;
		error = libbpf_prog_type_by_name(name, &type, &attach_type);
		printf("{\"section\":");
		print_text(name);
		if (error)
			printf(",\"error\":%d}\n", error);
		else
			printf(",\"type\":%d,\"attach_type\":%d}\n", type, attach_type);
	}
	return 0;
}

static int load_object(const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "object", .relaxed_maps = true);
	struct bpf_object *object = bpf_object__open_file(path, &options);
	struct bpf_map *map;
	int error;

	if (!object)
		return 1;
	bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
	error = bpf_object__load(object);
	if (error)
		fprintf(stderr, "object_probe: %s: load: %d\n", path, error);
	return error ? 1 : 0;
}

int main(int argc, char **argv)
{
	libbpf_set_print(silent);
	if (argc == 2 && strcmp(argv[1], "--sections") == 0)
		return print_sections();
	if (argc == 3 && strcmp(argv[1], "--load") == 0)
		return load_object(argv[2]);
	for (int i = 1; i < argc; i++)
		print_object(argv[i]);
	return 0;
}
