/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/securebits.h>

enum { CAP_BPF_ = 39, CAP_PERFMON_ = 38 };
const int CAP_NUMBERS[4] = { CAP_BPF_, CAP_PERFMON_, CAP_NET_ADMIN, CAP_SYS_ADMIN };
static const char *const CAP_NAMES[5] = { "BPF", "PERFMON", "NET_ADMIN", "SYS_ADMIN", "OTHERS" };
static const uint64_t CAPS_FULL = ((uint64_t)1 << 41) - 1;

struct answer *answers;
unsigned long lost, skipped;

/* Only what the kernel keeps in a user namespace's 32-bit ids. */
static const uint32_t CHILD_SIZE[] = { 65536, 16384, 4096, 1024, 256 };

int tree_add(struct tree *tree, int parent, uint32_t owner)
{
	int id = tree->count++;
	struct ns *ns = &tree->ns[id];
	const struct ns *above = &tree->ns[parent];
	int siblings = 0;

	for (int i = 1; i < id; i++)
		siblings += tree->ns[i].parent == parent;
	snprintf(ns->name, sizeof(ns->name), "u%d", id);
	ns->parent = parent;
	ns->level = above->level + 1;
	ns->owner = owner;
	ns->size = CHILD_SIZE[above->level];
	/* Siblings that share ids would make no difference to the kernel, but be hard to read. */
	ns->base = parent == 0 ? 100000 * (uint32_t)id : above->base + ns->size / 2 + ns->size * (uint32_t)siblings / 2;
	ns->fd = -1;
	return id;
}

static void tree_init(struct tree *tree)
{
	memset(tree, 0, sizeof(*tree));
	tree->count = 1;
	strcpy(tree->ns[0].name, "init");
	tree->ns[0].parent = -1;
	tree->ns[0].size = UINT32_MAX;
	tree->ns[0].fd = -1;
}

void tree_draw(struct tree *tree, struct rng *rng, int count)
{
	tree_init(tree);
	while (tree->count <= count) {
		int parent = (int)rng_below(rng, (unsigned)tree->count);
		const struct ns *above;

		/* More depth than breadth at first: a tree always has a child and a grandchild. */
		if (tree->count <= 2)
			parent = tree->count - 1;
		above = &tree->ns[parent];
		if (above->level == 4)
			continue;
		static const uint32_t owners[] = { 0, 1000, 1000, 1001 };

		tree_add(tree, parent, above->base + owners[rng_below(rng, 4)] % above->size);
	}
}

static void set_caps(uint64_t effective)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data) != 0)
		fail("capget: %s", strerror(errno));
	for (int i = 0; i < 2; i++)
		data[i].effective = (uint32_t)(effective >> 32 * i) & data[i].permitted;
	if (syscall(SYS_capset, &header, data) != 0)
		fail("capset: %s", strerror(errno));
}

static void set_ids(uint32_t id)
{
	if (syscall(SYS_setresgid, id, id, id) != 0 || syscall(SYS_setresuid, id, id, id) != 0)
		fail("cannot become user %u: %s", id, strerror(errno));
}

void enter_ns(const struct tree *tree, int ns)
{
	if (ns != 0 && setns(tree->ns[ns].fd, CLONE_NEWUSER) != 0)
		fail("setns to %s: %s", tree->ns[ns].name, strerror(errno));
	/* Capabilities are to stay as they are when ids change: they are set apart from them. */
	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS) != 0)
		fail("securebits: %s", strerror(errno));
}

void become(const struct tree *tree, const struct caller *caller)
{
	static uint32_t current = UINT32_MAX;
	static pid_t of;
	uint32_t id = caller->euid - tree->ns[caller->ns].base;
	uint64_t effective = caller->caps & C_OTHERS ? CAPS_FULL : 0;

	for (int i = 0; i < 4; i++) {
		uint64_t bit = (uint64_t)1 << CAP_NUMBERS[i];

		effective = caller->caps & 1u << i ? effective | bit : effective & ~bit;
	}
	if (of != getpid() || id != current) {
		set_caps(CAPS_FULL);
		set_ids(id);
		/* Else the process could no longer read its own fdinfo. */
		prctl(PR_SET_DUMPABLE, 1);
		of = getpid();
		current = id;
	}
	set_caps(effective);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* A child process that dies with its parent. */
pid_t fork_child(void)
{
	pid_t parent = getpid(), pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fail("fork: %s", strerror(errno));
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
	}
	return pid;
}

/* In the parent namespace with every capability: makes the namespace, has its ids mapped, sends its descriptor. */
static void make_ns(const struct tree *tree, const struct ns *ns, int sock)
{
	const struct ns *above = &tree->ns[ns->parent];
	int ready[2], status;
	pid_t self = getpid(), mapper;
	char byte = 0, path[64], map[64];

	enter_ns(tree, ns->parent);
	set_ids(ns->owner - above->base);
	prctl(PR_SET_DUMPABLE, 1);
	if (pipe2(ready, O_CLOEXEC) != 0)
		fail("pipe: %s", strerror(errno));
	mapper = fork_child();
	if (mapper == 0) {
		if (read(ready[0], &byte, 1) != 1)
			_exit(1);
		snprintf(map, sizeof(map), "0 %u %u\n", ns->base - above->base, ns->size);
		snprintf(path, sizeof(path), "/proc/%d/uid_map", self);
		write_file(path, map);
		snprintf(path, sizeof(path), "/proc/%d/gid_map", self);
		write_file(path, map);
		_exit(0);
	}
	if (unshare(CLONE_NEWUSER) != 0)
		fail("unshare: %s", strerror(errno));
	prctl(PR_SET_DUMPABLE, 1);
	if (write(ready[1], &byte, 1) != 1 || waitpid(mapper, &status, 0) != mapper || status != 0)
		fail("cannot map the ids of %s", ns->name);
	send_fd(sock, &byte, 1, open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC));
	_exit(0);
}

void tree_make(struct tree *tree)
{
	for (int i = 1; i < tree->count; i++) {
		int pair[2];
		char byte;
		pid_t pid;

		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
			fail("socketpair: %s", strerror(errno));
		pid = fork_child();
		if (pid == 0) {
			close(pair[0]);
			make_ns(tree, &tree->ns[i], pair[1]);
		}
		close(pair[1]);
		if (receive_fd(pair[0], &byte, 1, &tree->ns[i].fd) <= 0 || tree->ns[i].fd < 0)
			fail("cannot create user namespace %s", tree->ns[i].name);
		close(pair[0]);
		waitpid(pid, NULL, 0);
	}
}

void tree_close(struct tree *tree)
{
	for (int i = 1; i < tree->count; i++)
		close(tree->ns[i].fd);
}

int ns_is_below(const struct tree *tree, int ns, int above)
{
	for (ns = tree->ns[ns].parent; ns >= 0; ns = tree->ns[ns].parent)
		if (ns == above)
			return 1;
	return 0;
}

int ns_has_uid(const struct tree *tree, int ns, uint32_t uid)
{
	return uid >= tree->ns[ns].base && uid - tree->ns[ns].base < tree->ns[ns].size;
}

void out_tree(const struct tree *tree, const int *wanted, int count, int with_maps)
{
	const char *comma = "";

	out("\"tree\":[");
	for (int i = 0; i < tree->count; i++) {
		const struct ns *ns = &tree->ns[i];
		int used = i == 0;

		for (int k = 0; k < count; k++)
			used |= wanted[k] == i || (wanted[k] > 0 && ns_is_below(tree, wanted[k], i));
		if (!used)
			continue;
		out("%s{\"ns\":\"%s\",\"parent\":", comma, ns->name);
		out_string(ns->parent < 0 ? NULL : tree->ns[ns->parent].name);
		out(",\"level\":%d,\"owner_uid\":%u", ns->level, ns->owner);
		if (with_maps && i != 0)
			out(",\"uid_map\":[[0,%u,%u]],\"gid_map\":[[0,%u,%u]]", ns->base, ns->size, ns->base, ns->size);
		out("}");
		comma = ",";
	}
	out("]");
}

void out_caller(const struct tree *tree, const struct caller *caller)
{
	const struct ns *ns = &tree->ns[caller->ns];
	const char *comma = "";

	out("\"caller\":{\"ns\":\"%s\",\"level\":%d,\"euid\":%u,\"caps\":[", ns->name, ns->level, caller->euid);
	for (int i = 0; i < 5; i++)
		if (caller->caps & 1u << i) {
			out("%s\"%s\"", comma, CAP_NAMES[i]);
			comma = ",";
		}
	out("]}");
}

struct caller ns_root(const struct tree *tree, int ns)
{
	return (struct caller){ ns, tree->ns[ns].base, C_ALL };
}

unsigned draw_caps(struct rng *rng)
{
	unsigned caps = rng_chance(rng, 20) ? C_FOUR : rng_below(rng, 16);

	return rng_chance(rng, 12) ? caps | C_OTHERS : caps;
}

static int draw_ns_near(const struct tree *tree, struct rng *rng, int ns)
{
	static const unsigned char weights[] = { 44, 16, 14, 12, 8, 6 };
	unsigned how = rng_weighted(rng, weights, sizeof(weights));
	int found = -1, seen = 0;

	if (how == 0)
		return ns;
	if (how == 1)
		return 0;
	if (how == 2)
		return tree->ns[ns].parent < 0 ? 0 : tree->ns[ns].parent;
	for (int i = 0; i < tree->count; i++) {
		int fits = how == 3   ? tree->ns[i].parent == ns
			   : how == 4 ? i != ns && tree->ns[i].parent == tree->ns[ns].parent
				      : 1;

		if (fits && rng_below(rng, (unsigned)++seen) == 0)
			found = i;
	}
	return found < 0 ? ns : found;
}

struct caller draw_caller(const struct tree *tree, struct rng *rng, int ns)
{
	struct caller caller = { .ns = draw_ns_near(tree, rng, ns) };
	const struct ns *own = &tree->ns[caller.ns];
	unsigned how = rng_below(rng, 100);
	/* The namespace on the way down to `ns` whose owner would be asked about, else `ns` itself. */
	int owned = ns;

	while (owned > 0 && tree->ns[owned].parent != caller.ns)
		owned = tree->ns[owned].parent;
	if (owned <= 0)
		owned = ns;
	caller.euid = own->base;
	if (how >= 35 && how < 65 && owned > 0 && ns_has_uid(tree, caller.ns, tree->ns[owned].owner))
		caller.euid = tree->ns[owned].owner;
	else if (how >= 65 && how < 80 && ns > 0 && ns_has_uid(tree, caller.ns, tree->ns[ns].owner))
		caller.euid = tree->ns[ns].owner; /* from further above it must not count */
	else if (how >= 35)
		caller.euid = own->base + (rng_chance(rng, 50) ? 1000 : 1001) % own->size;
	caller.caps = draw_caps(rng);
	return caller;
}

void ask_all(const struct tree *tree, const struct caller *callers, int count, ask_fn ask, void *context)
{
	memset(answers, 0, (size_t)count * sizeof(*answers));
	for (int ns = 0; ns < tree->count; ns++) {
		int asked = 0, missing = 0, status;
		pid_t pid;

		for (int i = 0; i < count; i++)
			asked += callers[i].ns == ns;
		if (!asked)
			continue;
		pid = fork_child();
		if (pid == 0) {
			alarm(300);
			enter_ns(tree, ns);
			for (int i = 0; i < count; i++) {
				if (callers[i].ns != ns)
					continue;
				become(tree, &callers[i]);
				ask(context, i, &answers[i]);
				answers[i].done = 1;
			}
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid)
			fail("waitpid: %s", strerror(errno));
		for (int i = 0; i < count; i++)
			missing += callers[i].ns == ns && !answers[i].done;
		if (missing || status != 0) {
			warn("%d of %d cases in %s are lost: the process ended with status 0x%x", missing, asked,
			     tree->ns[ns].name, status);
			lost += missing ? (unsigned)missing : 1;
		}
	}
}
