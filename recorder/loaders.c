/* SPDX-License-Identifier: MIT */
/* Who loads the programs of families helpers and liberties: every combination of four capabilities, twice. */
#define _GNU_SOURCE
#include "recorder.h"

struct loaders loaders;

/* By number. */
static const char *const CAP_NAMES[] = {
	"CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
	"LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
	"SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
	"SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
	"MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
	"CHECKPOINT_RESTORE",
};

enum { SUBSETS = 16, NAMESPACE = 1 };

void loaders_make(void)
{
	struct rng unused = { 0 };
	struct agent agent;

	functions_btf(); /* most callers may not load it */
	tree_draw(&loaders.tree, &unused, 0);
	tree_add(&loaders.tree, 0, 1000);
	tree_make(&loaders.tree);
	loaders.token = (struct token){ NAMESPACE, { ~0ull, ~0ull, ~0ull, ~0ull }, -1, -1, -1, 0 };
	agent = agent_start(&loaders.tree, NAMESPACE, 1);
	token_make(&loaders.tree, &agent, &loaders.token);
	agent_stop(&agent);
	for (int i = 0; i < LOADERS; i++) {
		loaders.callers[i] = ns_root(&loaders.tree, i >= SUBSETS && i < 2 * SUBSETS ? 0 : NAMESPACE);
		if (i < 2 * SUBSETS)
			loaders.callers[i].caps = (unsigned)i % SUBSETS;
	}
}

void loaders_close(void)
{
	token_close(&loaders.token);
	tree_close(&loaders.tree);
}

const struct token *loader_token(int index)
{
	return index < SUBSETS ? &loaders.token : NULL;
}

void out_loader(int index)
{
	const struct caller *caller = &loaders.callers[index];
	const char *comma = "", *ns = loaders.tree.ns[NAMESPACE].name;

	out("\"userns\":\"%s\",\"caps\":[", loaders.tree.ns[caller->ns].name);
	for (int bit = 0; bit < 4; bit++)
		if (caller->caps != C_ALL && caller->caps & 1u << bit) {
			out("%s\"CAP_%s\"", comma, CAP_NAMES[CAP_NUMBERS[bit]]);
			comma = ",";
		}
	for (unsigned i = 0; caller->caps == C_ALL && i < ARRAY_LEN(CAP_NAMES); i++)
		out("%s\"CAP_%s\"", i ? "," : "", CAP_NAMES[i]);
	out("],\"token\":%s,\"token_userns\":", loader_token(index) ? "true" : "false");
	out_string(loader_token(index) ? ns : NULL);
	out(",");
}
