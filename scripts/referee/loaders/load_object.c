/* SPDX-License-Identifier: MIT */
/*
 * load_object OBJECT [BPF_TOKEN_PATH]: opens an object with libbpf and loads it. Exit status 0 when it is loaded, 1 when it is not, 64
 * when it cannot be opened.
 */
#include <bpf/libbpf.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_object_open_opts, options);
	struct bpf_object *object;
	int failed;

	if (argc < 2)
		return 64;
	if (argc > 2)
		options.bpf_token_path = argv[2];
	object = bpf_object__open_file(argv[1], &options);
	if (!object)
		return 64;
	failed = bpf_object__load(object);
	printf("%s %d\n", libbpf_version_string(), failed);
	bpf_object__close(object);
	return failed != 0;
}
