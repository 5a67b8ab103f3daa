/* SPDX-License-Identifier: MIT */
/* Family mount_options: how bpffs instances are made, with which options, by whom, and what becomes of them. */
#define _GNU_SOURCE
#include "recorder.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum by {
	BY_INIT_ROOT, BY_NS_ROOT, BY_NS_ROOT_NOCAP, BY_INIT_NOCAP, BY_INIT_ONLY_SYSADMIN, BY_INIT_ALL_BUT_SYSADMIN,
	BY_INIT_NSOWNER_NOCAP, BY_CHILDNS_ROOT, BYS
};
static const char *const BY_NAMES[BYS] = {
	"init_root", "ns_root", "ns_root_nocap", "init_nocap", "init_only_sysadmin", "init_all_but_sysadmin",
	"init_nsowner_nocap", "childns_root",
};

enum { CASES_A_WORLD = 60, MAX_STEPS = 8, PLAIN_USER = 1002 };

static struct tree tree;
static struct agent agents[MAX_NS];
static struct rng rng;
static int sb_ns;
static enum kind last_kind;

static int child_of(int ns)
{
	for (int i = 1; i < tree.count; i++)
		if (tree.ns[i].parent == ns)
			return i;
	return -1;
}

static struct caller caller_of(enum by by)
{
	struct caller caller = { 0, 0, C_ALL };

	switch (by) {
	case BY_INIT_ROOT:
		break;
	case BY_NS_ROOT:
		return ns_root(&tree, sb_ns);
	case BY_NS_ROOT_NOCAP:
		caller = ns_root(&tree, sb_ns);
		caller.caps = 0;
		break;
	case BY_INIT_NOCAP:
		caller.euid = PLAIN_USER;
		caller.caps = 0;
		break;
	case BY_INIT_ONLY_SYSADMIN:
		caller.caps = C_SYS_ADMIN;
		break;
	case BY_INIT_ALL_BUT_SYSADMIN:
		caller.caps = C_ALL & ~C_SYS_ADMIN;
		break;
	case BY_INIT_NSOWNER_NOCAP:
		caller.euid = tree.ns[sb_ns].owner;
		caller.caps = 0;
		break;
	default:
		return ns_root(&tree, child_of(sb_ns));
	}
	return caller;
}

static int exists(enum by by)
{
	return (by != BY_CHILDNS_ROOT || child_of(sb_ns) > 0) && (by != BY_INIT_NSOWNER_NOCAP || sb_ns != 0);
}

static enum by draw_by(const unsigned char weights[BYS])
{
	enum by by;

	do
		by = (enum by)rng_weighted(&rng, weights, BYS);
	while (!exists(by));
	return by;
}

static long ask_by(enum by by, struct agent_request *request, int fd)
{
	request->caller = caller_of(by);
	return agent_call(&agents[request->caller.ns], request, fd);
}

/* Spellings */

static const char *pick(const char *const *list, unsigned count)
{
	return list[rng_below(&rng, count)];
}
#define PICK(list) pick(list, ARRAY_LEN(list))

static void draw_name(char *text, size_t size, enum kind kind)
{
	static const char *const prefixes[KINDS] = { "BPF_", "BPF_MAP_TYPE_", "BPF_PROG_TYPE_", "BPF_" };
	enum kind from = rng_chance(&rng, 94) ? kind : (enum kind)rng_below(&rng, KINDS);
	const struct vocabulary *words = &vocabulary[from];
	const char *name = words->items[rng_below(&rng, (unsigned)words->count)].name;
	unsigned how = rng_below(&rng, 100);

	snprintf(text, size, "%s%s", how >= 94 && how < 97 ? prefixes[from] : "", name);
	for (char *c = text; *c; c++)
		if ((how >= 70 && how < 85) || (how >= 85 && how < 92 && rng_chance(&rng, 50)))
			*c = (char)toupper((unsigned char)*c);
	if (how == 99)
		text[strlen(text) - 1] = 0;
}

static void draw_number(char *text, size_t size)
{
	static const char *const odd[] = {
		"0", "0x0", "00", "1", "+5", "-1", "-0", "+", "-", "0x", "0X1F", "0xg", "08", "0777", "0o17", "0b101", "1e3", "1_000",
		"0xffffffffffffffff", "0x10000000000000000", "18446744073709551615", "18446744073709551616",
		"01777777777777777777777", "02000000000000000000000", " 1", "1 ", "1\n", "1\n\n", "\n", "\t1", "++1", "0x+1",
		"1.0", "0xFFFFFFFF", "9223372036854775808", "00000000000000000000000000000001", "0x00000000000000000001",
		"\xff", "1u", "1UL",
	};
	uint64_t value = rng_next(&rng) >> rng_below(&rng, 64);

	switch (rng_below(&rng, 5)) {
	case 0:
	case 1:
		snprintf(text, size, "0x%" PRIx64, value);
		break;
	case 2:
		snprintf(text, size, "%" PRIu64, value);
		break;
	case 3:
		snprintf(text, size, "0%" PRIo64, value);
		break;
	default:
		snprintf(text, size, "%s", PICK(odd));
	}
}

static void draw_item(char *text, size_t size, enum kind kind)
{
	static const char *const words[] = { "any", "any", "any", "ANY", "Any", "any ", " any", "anyx", "an", "none", "all",
					     "", "max_bpf_cmd", "__MAX_BPF_CMD", "BPF_ANY", "unspec", "*", "~0" };
	unsigned how = rng_below(&rng, 100);

	if (how < 62)
		draw_name(text, size, kind);
	else if (how < 84)
		draw_number(text, size);
	else
		snprintf(text, size, "%s", PICK(words));
}

static void draw_mask_value(char *text, size_t size, enum kind kind)
{
	static const char *const separators[] = { ":", ":", ":", ":", ":", ":", ":", ":", ":", "::", ",", " ", "|", ": " };
	unsigned count = 1 + rng_below(&rng, rng_chance(&rng, 60) ? 2 : 5);
	size_t used = 0;

	if (rng_chance(&rng, 14)) {
		snprintf(text, size, "%s", rng_chance(&rng, 60) ? "any" : "");
		if (text[0] == 0)
			draw_number(text, size);
		return;
	}
	if (rng_chance(&rng, 2)) {
		/* About as long as fsconfig() takes. */
		unsigned length = 252 + rng_below(&rng, 8);

		memset(text, '0', length);
		text[length] = 0;
		text[length - 1] = '7';
		return;
	}
	text[0] = 0;
	if (rng_chance(&rng, 3))
		used = (size_t)snprintf(text, size, ":");
	for (unsigned i = 0; i < count; i++) {
		if (i)
			used += (size_t)snprintf(text + used, size - used, "%s", PICK(separators));
		draw_item(text + used, size - used, kind);
		used += strlen(text + used);
	}
	if (rng_chance(&rng, 3))
		snprintf(text + used, size - used, ":");
}

static void draw_id_value(char *text, size_t size)
{
	static const char *const odd[] = { "-1", "4294967295", "4294967296", "4294967294", "", "root", "0x10", "010", " 0",
					   "0 ", "1\n", "65535", "65536", "100000", "101000", "16384" };
	static const unsigned ids[] = { 0, 0, 1, 1000, 1001, 5000 };

	if (rng_chance(&rng, 60))
		snprintf(text, size, "%u", ids[rng_below(&rng, ARRAY_LEN(ids))]);
	else
		snprintf(text, size, "%s", PICK(odd));
}

struct option {
	int is_flag;
	char key[640], value[640];
};

static void draw_option(struct option *option)
{
	static const char *const modes[] = { "0755", "755", "0777", "777", "0700", "0", "1777", "7777", "01000", "10777",
					     "37777777777", "40000000000", "8", "0o7", "", "-1", "0x1ff", "+755", " 755", "rwx" };
	static const char *const unknown[] = { "foo", "delegate_cmd", "delegate_", "DELEGATE_CMDS", "delegate_cmds ",
					       "delegate_links", "size", "context", "user_xattr" };
	static const char *const flags[] = { "delegate_cmds", "delegate_maps", "mode", "uid", "foo", "ro", "noexec", "sync" };
	static const char *const sources[] = { "none", "bpffs", "bpf", "a b", "" };
	unsigned how = rng_below(&rng, 100);

	memset(option, 0, sizeof(*option));
	if (how < 72) {
		/* Often the same as before: what is given twice is its own case. */
		enum kind kind = rng_chance(&rng, 35) ? last_kind : (enum kind)rng_below(&rng, KINDS);

		last_kind = kind;
		snprintf(option->key, sizeof(option->key), "%s", MASK_KEYS[kind]);
		draw_mask_value(option->value, sizeof(option->value), kind);
	} else if (how < 84) {
		snprintf(option->key, sizeof(option->key), "%s", rng_chance(&rng, 50) ? "uid" : "gid");
		draw_id_value(option->value, sizeof(option->value));
	} else if (how < 91) {
		snprintf(option->key, sizeof(option->key), "mode");
		snprintf(option->value, sizeof(option->value), "%s", PICK(modes));
	} else if (how < 94) {
		snprintf(option->key, sizeof(option->key), "%s", PICK(unknown));
		snprintf(option->value, sizeof(option->value), "1");
	} else if (how < 97) {
		option->is_flag = 1;
		snprintf(option->key, sizeof(option->key), "%s", PICK(flags));
	} else if (how < 99) {
		snprintf(option->key, sizeof(option->key), "source");
		snprintf(option->value, sizeof(option->value), "%s", PICK(sources));
	} else {
		unsigned length = 253 + rng_below(&rng, 6);

		memset(option->key, 'k', length);
		snprintf(option->value, sizeof(option->value), "1");
	}
}

/* One fsconfig() call, made and printed. */

static const char *comma;

static long set_option(enum by by, const struct option *option, int fs)
{
	struct agent_request request = { .op = ACT_FSCONFIG,
					 .fsconfig_cmd = option->is_flag ? FSCONFIG_FLAG : FSCONFIG_STRING,
					 .has_value = !option->is_flag };
	long ret;

	memcpy(request.key, option->key, sizeof(option->key));
	memcpy(request.value, option->value, sizeof(option->value));
	ret = ask_by(by, &request, fs);
	out("%s{\"by\":\"%s\",\"op\":\"%s\",\"key\":", comma, BY_NAMES[by], option->is_flag ? "set_flag" : "set_string");
	out_string(option->key);
	out(",\"value\":");
	out_string(option->is_flag ? NULL : option->value);
	out(",\"result\":");
	out_result(ret);
	out("}");
	comma = ",";
	return ret;
}

static long create(enum by by, int fs)
{
	struct agent_request request = { .op = ACT_FSCONFIG, .fsconfig_cmd = FSCONFIG_CREATE };
	long ret = ask_by(by, &request, fs);

	out("%s{\"by\":\"%s\",\"op\":\"create\",\"key\":null,\"value\":null,\"result\":", comma, BY_NAMES[by]);
	out_result(ret);
	out("}");
	comma = ",";
	return ret;
}

/* "options" and "source" of what is mounted at the mount point in a process's mount namespace. */
static void out_mountinfo(pid_t pid)
{
	static char line[16384];
	char path[64], *found = NULL, *source, *options;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file)) {
		char at[128];

		if (sscanf(line, "%*s %*s %*s %*s %127s", at) == 1 && strcmp(at, mount_point) == 0)
			found = strstr(line, " - bpf ");
	}
	if (file)
		fclose(file);
	if (!found)
		fail("no bpffs in %s", path);
	source = found + strlen(" - bpf ");
	options = strchr(source, ' ');
	*options++ = 0;
	options[strcspn(options, "\n")] = 0;
	out(",\"options\":");
	out_string(options);
	out(",\"source\":");
	out_string(source);
}

/* "token": what the root of the instance's namespace gets from it. */
static void out_token_of(int dir)
{
	struct agent_request request = { .op = ACT_TOKEN_CREATE };
	struct answer answer = { 0 };
	long fd = ask_by(BY_NS_ROOT, &request, dir);

	if (fd >= 0) {
		token_inspect((int)fd, &answer);
		close((int)fd);
	}
	out(",\"token\":{\"result\":");
	out_result(fd >= 0 ? 0 : fd);
	out(",");
	out_fdinfo_info(&answer);
	out("}");
}

static void out_not_mounted(void)
{
	out(",\"options\":null,\"source\":null,\"token\":null");
}

static void out_mount(enum by by, long ret)
{
	out(",\"mount\":{\"by\":\"%s\",", BY_NAMES[by]);
	out_result_keys(ret);
	out("}");
}

static void begin(enum by opener)
{
	struct caller caller = caller_of(opener);
	int wanted[] = { sb_ns, child_of(sb_ns) };

	out_begin(F_MOUNT_OPTIONS);
	out_tree(&tree, wanted, 2, 1);
	out(",\"opener\":\"%s\",\"opener_euid\":%u,\"sb_userns\":\"%s\"", BY_NAMES[opener], caller.euid,
	    tree.ns[caller.ns].name);
	comma = "";
}

static const unsigned char SETTERS[BYS] = { 66, 8, 4, 4, 7, 4, 4, 3 };
static const unsigned char CREATORS[BYS] = { 80, 5, 1, 2, 6, 2, 2, 2 };

static enum by draw_opener(void)
{
	static const unsigned char in_ns[BYS] = { 0, 94, 6, 0, 0, 0, 0, 0 };
	static const unsigned char in_init[BYS] = { 75, 0, 0, 7, 12, 6, 0, 0 };

	return draw_by(sb_ns ? in_ns : in_init);
}

/* fsopen(), fsconfig() and fsmount(). */
static void record_steps(void)
{
	enum by opener = draw_opener(), mounter;
	struct agent_request request = { .op = ACT_FSOPEN };
	unsigned count = rng_weighted(&rng, (const unsigned char[]){ 2, 40, 24, 16, 10, 8 }, 6);
	int too_early = rng_chance(&rng, 4), too_late = rng_chance(&rng, 8), created = 0, dir;
	long fs, mounted;

	begin(opener);
	fs = ask_by(opener, &request, -1);
	out(",\"fsopen\":");
	out_result(fs >= 0 ? 0 : fs);
	out(",\"steps\":[");
	if (fs < 0) {
		out("],\"created\":false,\"mount\":null");
		out_not_mounted();
		out("}\n");
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		struct option option;

		if (too_early && i == count / 2)
			created |= create(draw_by(SETTERS), (int)fs) == 0;
		draw_option(&option);
		set_option(draw_by(SETTERS), &option, (int)fs);
	}
	created |= create(draw_by(CREATORS), (int)fs) == 0;
	if (too_late) {
		struct option option;

		draw_option(&option);
		set_option(draw_by(SETTERS), &option, (int)fs);
	}
	out("],\"created\":%s", created ? "true" : "false");
	mounter = rng_chance(&rng, 90) ? opener : draw_by(SETTERS);
	request.op = ACT_FSMOUNT;
	mounted = ask_by(mounter, &request, (int)fs);
	close((int)fs);
	out_mount(mounter, mounted >= 0 ? 0 : mounted);
	if (mounted < 0) {
		out_not_mounted();
		out("}\n");
		return;
	}
	dir = openat((int)mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || sys_move_mount((int)mounted, mount_point) != 0)
		fail("cannot attach a new bpffs: %s", strerror(errno));
	out_mountinfo(getpid());
	out_token_of(dir);
	out("}\n");
	umount2(mount_point, MNT_DETACH);
	close(dir);
	close((int)mounted);
}

/* mount(2), with everything in one string. */
static void record_mount(void)
{
	static const unsigned char in_ns[BYS] = { 0, 90, 10, 0, 0, 0, 0, 0 };
	static const unsigned char in_init[BYS] = { 80, 0, 0, 6, 8, 6, 0, 0 };
	enum by by = draw_by(sb_ns ? in_ns : in_init);
	struct agent_request request = { .op = ACT_MOUNT, .has_value = 1 };
	unsigned count = rng_below(&rng, 4);
	struct caller caller = caller_of(by);
	pid_t pid = agents[caller.ns].pid;
	size_t used = 0;
	char path[128];
	int dir;
	long ret;

	snprintf(request.key, sizeof(request.key), "%s", mount_point);
	for (unsigned i = 0; i < count; i++) {
		struct option option;

		draw_option(&option);
		used += (size_t)snprintf(request.value + used, sizeof(request.value) - used, "%s%s%s%s", i ? "," : "",
					 option.key, option.is_flag ? "" : "=", option.value);
	}
	begin(by);
	out(",\"data\":");
	out_string(request.value);
	ret = ask_by(by, &request, -1);
	out_mount(by, ret);
	if (ret != 0) {
		out_not_mounted();
		out("}\n");
		return;
	}
	out_mountinfo(pid);
	snprintf(path, sizeof(path), "/proc/%d/root%s", pid, mount_point);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		fail("%s: %s", path, strerror(errno));
	out_token_of(dir);
	out("}\n");
	close(dir);
	request.op = ACT_UMOUNT;
	if (ask_by(caller.ns ? BY_NS_ROOT : BY_INIT_ROOT, &request, -1) != 0)
		fail("umount");
}

/* Options set once the instance exists: fspick(), fsconfig(), FSCONFIG_CMD_RECONFIGURE. */
static void record_reconfigure(void)
{
	enum by opener = sb_ns ? BY_NS_ROOT : BY_INIT_ROOT, by;
	struct agent_request request = { .op = ACT_FSOPEN };
	unsigned count = rng_below(&rng, 3);
	long fs, mounted, picked, ret;
	int dir;

	begin(opener);
	fs = ask_by(opener, &request, -1);
	if (fs < 0)
		fail("fsopen: %s", strerror((int)-fs));
	out(",\"initial\":[");
	for (unsigned i = 0; i < count; i++) {
		struct option option;

		do
			draw_option(&option);
		while (option.is_flag);
		set_option(BY_INIT_ROOT, &option, (int)fs);
	}
	sys_fsconfig((int)fs, FSCONFIG_CREATE, NULL, NULL);
	mounted = sys_fsmount((int)fs);
	if (mounted < 0 || sys_move_mount((int)mounted, mount_point) != 0)
		fail("cannot create a bpffs to reconfigure");
	close((int)fs);
	dir = openat((int)mounted, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	picked = sys_fspick((int)mounted);
	if (dir < 0 || picked < 0)
		fail("fspick: %s", strerror((int)-picked));
	out("],\"set\":[");
	comma = "";
	count = 1 + rng_below(&rng, 3);
	for (unsigned i = 0; i < count; i++) {
		struct option option;

		do
			draw_option(&option);
		while (option.is_flag);
		set_option(draw_by(SETTERS), &option, (int)picked);
	}
	by = draw_by(CREATORS);
	request = (struct agent_request){ .op = ACT_FSCONFIG, .fsconfig_cmd = FSCONFIG_RECONF };
	ret = ask_by(by, &request, (int)picked);
	close((int)picked);
	out("],\"reconfigure\":{\"by\":\"%s\",", BY_NAMES[by]);
	out_result_keys(ret);
	out("}");
	out_mountinfo(getpid());
	out_token_of(dir);
	out("}\n");
	umount2(mount_point, MNT_DETACH);
	close(dir);
	close((int)mounted);
}

void record_mount_options(int count)
{
	for (int number = 0; count > 0; number++, count -= CASES_A_WORLD) {
		int cases = count < CASES_A_WORLD ? count : CASES_A_WORLD;

		rng = rng_make(recording.seed, "mount_options", (uint64_t)recording.sysctl << 32 | (unsigned)number);
		last_kind = KIND_CMD;
		tree_draw(&tree, &rng, 3 + (int)rng_below(&rng, 2));
		tree_make(&tree);
		for (int ns = 0; ns < tree.count; ns++)
			agents[ns] = agent_start(&tree, ns, ns != 0);
		for (int i = 0; i < cases; i++) {
			unsigned how = rng_below(&rng, 100);

			sb_ns = rng_chance(&rng, 35) ? 0 : 1 + (int)rng_below(&rng, (unsigned)tree.count - 1);
			if (how < 78)
				record_steps();
			else if (how < 90)
				record_mount();
			else
				record_reconfigure();
		}
		for (int ns = 0; ns < tree.count; ns++)
			agent_stop(&agents[ns]);
		tree_close(&tree);
	}
}
