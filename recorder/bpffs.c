/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const MASK_KEYS[4] = { "delegate_cmds", "delegate_maps", "delegate_progs", "delegate_attachs" };
const char *const MASK_SHORT[4] = { "cmds", "maps", "progs", "attachs" };

int bpffs_make(struct agent *opener, const struct caller *root, const uint64_t masks[4], int mode, const char *path)
{
	struct agent_request open_request = { .op = ACT_FSOPEN, .caller = *root };
	long fs = agent_call(opener, &open_request, -1);
	char value[32];
	int mounted, dir, failed = 0;

	if (fs < 0)
		fail("fsopen: %s", strerror((int)-fs));
	for (int i = 0; i < 4; i++) {
		snprintf(value, sizeof(value), "0x%" PRIx64, masks[i]);
		if (masks[i])
			failed |= sys_fsconfig((int)fs, FSCONFIG_STRING, MASK_KEYS[i], value);
	}
	snprintf(value, sizeof(value), "0%o", (unsigned)mode);
	failed |= sys_fsconfig((int)fs, FSCONFIG_STRING, "mode", value);
	failed |= sys_fsconfig((int)fs, FSCONFIG_CREATE, NULL, NULL);
	mounted = sys_fsmount((int)fs);
	if (path && mounted >= 0)
		failed |= sys_move_mount(mounted, path);
	if (failed || mounted < 0)
		fail("cannot create a bpffs with delegation (tokens require Linux 6.9)");
	dir = openat(mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		fail("openat: %s", strerror(errno));
	close(mounted);
	close((int)fs);
	return dir;
}

void token_make(const struct tree *tree, struct agent *agent, struct token *token)
{
	struct caller root = ns_root(tree, token->ns);
	struct agent_request request = { .op = ACT_TOKEN_CREATE, .caller = root };
	char path[64];
	long fd;

	domain_enter(token->grantor);
	token->bpffs_fd = bpffs_make(agent, &root, token->masks, 0777, NULL);
	domain_enter(0);
	fd = agent_call(agent, &request, token->bpffs_fd);
	if (fd < 0)
		fail("BPF_TOKEN_CREATE: %s", strerror((int)-fd));
	token->fd = (int)fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", token->fd);
	token->opath_fd = open(path, O_PATH | O_CLOEXEC);
	if (token->opath_fd < 0)
		fail("%s: %s", path, strerror(errno));
}

void token_close(struct token *token)
{
	close(token->fd);
	close(token->opath_fd);
	close(token->bpffs_fd);
}

void out_token(const struct tree *tree, const struct token *token)
{
	if (!token) {
		out("\"token\":null");
		return;
	}
	out("\"token\":{\"ns\":\"%s\",\"level\":%d", tree->ns[token->ns].name, tree->ns[token->ns].level);
	for (int i = 0; i < 4; i++)
		out(",\"allowed_%s\":\"0x%" PRIx64 "\"", MASK_SHORT[i], token->masks[i]);
	out("}");
}

void token_inspect(int fd, struct answer *answer)
{
	struct attr attr = { .size = 16 };
	uint64_t info[4] = { 0 };
	char path[64], text[1024], *line;
	ssize_t got;
	int file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	got = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
	if (got > 0) {
		text[got] = 0;
		for (int i = 0; i < 4; i++) {
			char label[32];

			snprintf(label, sizeof(label), "allowed_%s:\t", MASK_SHORT[i]);
			line = strstr(text, label);
			if (line)
				sscanf(line + strlen(label), "%23s", answer->fdinfo[i]);
		}
		answer->has_fdinfo = 1;
	}
	if (file >= 0)
		close(file);
	put32(&attr, 0, (uint32_t)fd);
	put32(&attr, 4, sizeof(info));
	put64(&attr, 8, (uintptr_t)info);
	if (sys_bpf(CMD_OBJ_GET_INFO_BY_FD, attr.bytes, attr.size) == 0) {
		memcpy(answer->info, info, sizeof(info));
		answer->has_info = 1;
	}
}

void out_fdinfo_info(const struct answer *answer)
{
	out("\"fdinfo\":");
	for (int i = 0; answer->has_fdinfo && i < 4; i++)
		out("%s\"allowed_%s\":\"%s\"", i ? "," : "{", MASK_SHORT[i], answer->fdinfo[i]);
	out("%s,\"info\":", answer->has_fdinfo ? "}" : "null");
	for (int i = 0; answer->has_info && i < 4; i++)
		out("%s\"allowed_%s\":\"0x%" PRIx64 "\"", i ? "," : "{", MASK_SHORT[i], answer->info[i]);
	out("%s", answer->has_info ? "}" : "null");
}
