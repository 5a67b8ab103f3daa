/* SPDX-License-Identifier: MIT */
/* Family token_create: one BPF_TOKEN_CREATE by some caller, on a bpffs or on something else. */
#define _GNU_SOURCE
#include "recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum fd_kind {
	K_ROOT, K_SUBDIR, K_BIND, K_BIND_RO, K_SUBDIR_BIND, K_OPATH, K_MOUNT, K_CLOSED, K_NEGATIVE, K_MAP, K_PROG, K_TOKEN,
	K_DEVNULL, K_TMPFS, K_PROC, K_CGROUP, K_FS_CONTEXT, FD_KINDS
};
static const char *const KIND_NAMES[FD_KINDS] = {
	"bpffs_root", "bpffs_subdir", "bpffs_root_bind", "bpffs_root_bind_ro", "bpffs_subdir_bind", "opath",
	"bpffs_mount_fd", "closed", "negative", "map_fd", "prog_fd", "token_fd", "devnull", "tmpfs_root", "proc_root",
	"cgroup_dir", "fs_context",
};

enum { BPFFS = 6, CASES_A_WORLD = 120, CLOSED_FD = 900000 };

struct bpffs {
	int ns, mode;
	uint64_t masks[4];
	int root, subdir, bind, bind_ro, subdir_bind, opath, mount;
};

struct creation {
	int bpffs;
	enum fd_kind kind;
	uint32_t flags;
	unsigned size;
	int nonzero_at; /* -1: none */
};

struct creations {
	struct tree tree;
	struct bpffs bpffs[BPFFS];
	struct token token;
	struct creation cases[CASES_A_WORLD];
	struct caller callers[CASES_A_WORLD];
	int count;
	int tmpfs, proc, context;
};

static void draw_bpffs(struct creations *world, struct rng *rng, int index)
{
	static const int modes[] = { 0777, 0755, 0700, 0500, 0, 01777, 0711 };
	struct bpffs *bpffs = &world->bpffs[index];

	/* One of the initial namespace, one that delegates nothing. */
	bpffs->ns = index == 0 ? 0 : 1 + (int)rng_below(rng, (unsigned)world->tree.count - 1);
	bpffs->mode = modes[rng_below(rng, ARRAY_LEN(modes))];
	if (index == 1)
		return;
	for (int i = 0; i < 4; i++) {
		static const unsigned char weights[] = { 30, 20, 20, 15, 15 };
		uint64_t random = rng_next(rng), known = known_mask((enum kind)i);

		switch (rng_weighted(rng, weights, sizeof(weights))) {
		case 0:
			break;
		case 1:
			bpffs->masks[i] = ~(uint64_t)0;
			break;
		case 2:
			bpffs->masks[i] = random & known;
			break;
		case 3:
			bpffs->masks[i] = random & rng_next(rng) & rng_next(rng);
			break;
		default:
			bpffs->masks[i] = rng_chance(rng, 50) ? known : (uint64_t)1 << rng_below(rng, 64);
		}
	}
}

/* A caller that often passes the first checks. */
static struct caller draw_creator(const struct tree *tree, struct rng *rng, int ns)
{
	struct caller caller = draw_caller(tree, rng, ns);

	if (rng_chance(rng, 35)) {
		caller = ns_root(tree, ns);
		caller.caps = draw_caps(rng) | (rng_chance(rng, 70) ? C_BPF : 0);
		if (rng_chance(rng, 50))
			caller.euid += 1000 % tree->ns[ns].size;
	}
	return caller;
}

static void draw(struct creations *world, struct rng *rng, int count)
{
	static const unsigned char kind_weights[FD_KINDS] = { 66, 5, 4, 3, 2, 3, 2, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1 };

	memset(world, 0, sizeof(*world));
	tree_draw(&world->tree, rng, 3 + (int)rng_below(rng, 3));
	for (int i = 0; i < BPFFS; i++)
		draw_bpffs(world, rng, i);
	world->token = (struct token){ .ns = 1, .masks = { 1, 0, 0, 0 } };
	world->count = count;
	for (int i = 0; i < count; i++) {
		struct creation *one = &world->cases[i];

		one->bpffs = (int)rng_below(rng, BPFFS);
		one->kind = (enum fd_kind)rng_weighted(rng, kind_weights, FD_KINDS);
		one->size = 8;
		one->nonzero_at = -1;
		if (rng_chance(rng, 12)) {
			static const unsigned sizes[] = { 0, 1, 4, 7, 8, 12, 16, 64, 4096, 4097, 65536 };

			one->size = sizes[rng_below(rng, ARRAY_LEN(sizes))];
		} else if (rng_chance(rng, 20)) {
			one->size = attr_size + (rng_chance(rng, 40) ? 8 : 0);
		}
		if (one->size > 8 && one->size < 1000 && rng_chance(rng, 50))
			one->nonzero_at = 8 + (int)rng_below(rng, one->size - 8);
		if (rng_chance(rng, 6))
			one->flags = rng_chance(rng, 50) ? 1u << rng_below(rng, 32) : (uint32_t)rng_next(rng);
		world->callers[i] = draw_creator(&world->tree, rng, world->bpffs[one->bpffs].ns);
	}
}

static int must(int fd, const char *what)
{
	if (fd < 0)
		fail("%s: %s", what, strerror(errno));
	return fd;
}

static int reopen_mount(int mount)
{
	int fd = must(openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "a bind mount");

	close(mount);
	return fd;
}

static void make_bpffs(const struct tree *tree, struct agent *agent, struct bpffs *bpffs)
{
	struct caller root = ns_root(tree, bpffs->ns);
	/* By the namespace's own root: other ids may have no place on that bpffs. */
	struct agent_request mkdir_request = { .op = ACT_MKDIR, .caller = root, .key = "directory" };
	int clone;

	bpffs->root = bpffs_make(agent, &root, bpffs->masks, bpffs->mode, mount_point);
	if (agent_call(agent, &mkdir_request, bpffs->root) != 0)
		fail("mkdir on a bpffs");
	bpffs->subdir = must(openat(bpffs->root, "directory", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "a directory");
	bpffs->opath = must(openat(bpffs->root, ".", O_PATH | O_CLOEXEC), "a bpffs");
	bpffs->mount = must(sys_open_tree_clone(bpffs->root), "open_tree");
	bpffs->bind = reopen_mount(must(sys_open_tree_clone(bpffs->root), "open_tree"));
	bpffs->subdir_bind = reopen_mount(must(sys_open_tree_clone(bpffs->subdir), "open_tree"));
	clone = must(sys_open_tree_clone(bpffs->root), "open_tree");
	must(sys_mount_setattr_rdonly(clone), "mount_setattr");
	bpffs->bind_ro = reopen_mount(clone);
	must(umount2(mount_point, MNT_DETACH), "umount");
}

static void make(struct creations *world)
{
	tree_make(&world->tree);
	for (int ns = 0; ns < world->tree.count; ns++) {
		struct agent agent = agent_start(&world->tree, ns, ns != 0);

		for (int i = 0; i < BPFFS; i++)
			if (world->bpffs[i].ns == ns)
				make_bpffs(&world->tree, &agent, &world->bpffs[i]);
		if (world->token.ns == ns)
			token_make(&world->tree, &agent, &world->token);
		agent_stop(&agent);
	}
	world->tmpfs = must(open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC), scratch);
	world->proc = must(open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "/proc");
	world->context = must(sys_fsopen("bpf"), "fsopen");
}

static void unmake(struct creations *world)
{
	for (int i = 0; i < BPFFS; i++) {
		struct bpffs *bpffs = &world->bpffs[i];

		close(bpffs->root);
		close(bpffs->subdir);
		close(bpffs->opath);
		close(bpffs->mount);
		close(bpffs->bind);
		close(bpffs->subdir_bind);
		close(bpffs->bind_ro);
	}
	token_close(&world->token);
	close(world->tmpfs);
	close(world->proc);
	close(world->context);
	tree_close(&world->tree);
}

static int descriptor(const struct creations *world, const struct creation *one)
{
	const struct bpffs *bpffs = &world->bpffs[one->bpffs];
	const int fds[FD_KINDS] = {
		bpffs->root, bpffs->subdir, bpffs->bind, bpffs->bind_ro, bpffs->subdir_bind, bpffs->opath, bpffs->mount,
		CLOSED_FD, -1, fixtures.array_map, fixtures.prog, world->token.fd, fixtures.devnull, world->tmpfs,
		world->proc, fixtures.cgroup, world->context,
	};

	return fds[one->kind];
}

static void ask(void *context, int index, struct answer *answer)
{
	static unsigned char bytes[1 << 17];
	const struct creations *world = context;
	const struct creation *one = &world->cases[index];
	int fd = descriptor(world, one);

	memset(bytes, 0, sizeof(bytes));
	memcpy(bytes, &one->flags, 4);
	memcpy(bytes + 4, &fd, 4);
	if (one->nonzero_at >= 0)
		bytes[one->nonzero_at] = 1;
	answer->ret = (int)sys_bpf(CMD_TOKEN_CREATE, bytes, one->size);
	if (answer->ret >= 0) {
		token_inspect(answer->ret, answer);
		close(answer->ret);
		answer->ret = 0;
	}
}

static int on_bpffs(enum fd_kind kind)
{
	return kind <= K_MOUNT;
}

static void print(const struct creations *world, int index)
{
	const struct creation *one = &world->cases[index];
	const struct bpffs *bpffs = &world->bpffs[one->bpffs];
	const struct caller *caller = &world->callers[index];
	int wanted[] = { caller->ns, bpffs->ns };

	out_begin(F_TOKEN_CREATE);
	out_tree(&world->tree, wanted, 2, 0);
	out(",");
	out_caller(&world->tree, caller);
	out(",\"bpffs\":");
	if (on_bpffs(one->kind)) {
		out("{\"ns\":\"%s\",\"level\":%d,\"mode\":\"0%o\"", world->tree.ns[bpffs->ns].name,
		    world->tree.ns[bpffs->ns].level, (unsigned)bpffs->mode);
		for (int i = 0; i < 4; i++)
			out(",\"%s\":\"0x%" PRIx64 "\"", MASK_KEYS[i], bpffs->masks[i]);
		out("}");
	} else {
		out("null");
	}
	out(",\"fd_kind\":\"%s\",\"flags\":%u,\"attr_size\":%u,\"nonzero_byte_at\":", KIND_NAMES[one->kind], one->flags,
	    one->size);
	if (one->nonzero_at >= 0)
		out("%d", one->nonzero_at);
	else
		out("null");
	out(",\"result\":");
	out_result(answers[index].ret);
	out(",");
	out_fdinfo_info(&answers[index]);
	out("}\n");
}

void record_token_create(int count)
{
	static struct creations world;

	for (int number = 0; count > 0; number++, count -= CASES_A_WORLD) {
		struct rng rng = rng_make(recording.seed, "token_create",
					  (uint64_t)recording.sysctl << 32 | (unsigned)number);

		draw(&world, &rng, count < CASES_A_WORLD ? count : CASES_A_WORLD);
		make(&world);
		ask_all(&world.tree, world.callers, world.count, ask, &world);
		for (int i = 0; i < world.count; i++)
			if (answers[i].done)
				print(&world, i);
		unmake(&world);
	}
}
