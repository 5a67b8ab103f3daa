/* SPDX-License-Identifier: MIT */
/*
 * A recorder of BPF token decisions: builds worlds on a running kernel, makes requests, and prints the kernel's answers.
 *
 *   util.c     random numbers, errors, system calls the C library may lack
 *   output.c   records as JSON
 *   pass_fd.c  descriptors between processes
 *   workdir.c    the files and mounts of the cases, and their removal
 *   btf.c      the kernel's own vocabulary and type ids, from /sys/kernel/btf/vmlinux
 *   vocabulary.c   the vocabulary as a file
 *   userns.c   trees of user namespaces, credentials, and processes that assume them
 *   agent.c    processes in a namespace that execute requests of the recorder
 *   bpffs.c    bpffs instances with delegation, and tokens
 *   attr.c     attributes of bpf() commands, valid for each type
 *   fixtures.c descriptors and ids that requests use
 *   use.c, token_create.c, mount_options.c, lsm.c, selinux.c   the families of cases
 *   selinux_policy.c   policies of SELinux, and the domain of a process
 *   load.c     loads of programs with the verifier's log
 *   functions.c   BTF of the functions in such programs
 *   loaders.c  who loads them
 *   programs.c, liberty_programs.c   the programs
 *   helpers.c, liberties.c   the families of programs
 *   guest.c    process 1 of a guest
 *   families.c order of the families, totals
 *   main.c     arguments
 */
#ifndef RECORDER_H
#define RECORDER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* util.c */

struct rng {
	uint64_t state;
};

/* Each part of a recording has its own generator: the size of one part does not change the cases of another. */
struct rng rng_make(uint64_t seed, const char *what, uint64_t number);
uint64_t rng_next(struct rng *rng);
unsigned rng_below(struct rng *rng, unsigned bound);
int rng_chance(struct rng *rng, unsigned percent);
/* A random index, by weight. */
unsigned rng_weighted(struct rng *rng, const unsigned char *weights, unsigned count);

extern pid_t recorder_pid;
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

long sys_bpf(int cmd, void *attr, unsigned size);
int sys_fsopen(const char *type);
int sys_fsconfig(int fd, unsigned cmd, const char *key, const char *value);
int sys_fsmount(int fd);
int sys_fspick(int dirfd);
int sys_move_mount(int fd, const char *path);
int sys_open_tree_clone(int dirfd);
int sys_mount_setattr_rdonly(int fd);
/* -1 and errno to a negated errno. */
long negated(long ret);

enum { FSCONFIG_FLAG = 0, FSCONFIG_STRING = 1, FSCONFIG_CREATE = 6, FSCONFIG_RECONF = 7 };

/* output.c */

extern FILE *out_file;
struct recording {
	uint64_t seed;
	int sysctl;
	const char *kernel;
	unsigned long counts[7];
};
extern struct recording recording;
enum family { F_USE, F_TOKEN_CREATE, F_MOUNT_OPTIONS, F_LSM, F_HELPERS, F_LIBERTIES, F_SELINUX, FAMILIES };
/* Families of cases, which are recorded unless others are asked for; and those of programs. F_SELINUX is of cases, and is recorded when named. */
enum { CASE_FAMILIES = (1 << F_HELPERS) - 1, PROGRAM_FAMILIES = 1 << F_HELPERS | 1 << F_LIBERTIES };
extern const char *const FAMILY_NAMES[FAMILIES];

void out(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_string(const char *text);
/* {"ok":..,"errno":..,"error":..} of a descriptor, 0, or a negated errno. */
void out_result(long ret);
/* The same without the braces. */
void out_result_keys(long ret);
/* {"family":…,"kernel":…,"case":…,"sysctl…":…, and counts it. */
void out_begin(enum family family);

/* btf.c */

enum kind { KIND_CMD, KIND_MAP, KIND_PROG, KIND_ATTACH, KINDS };

struct enumerator {
	const char *spelled; /* as the kernel has it */
	char *name; /* lower case, without the prefix */
	int value;
};

struct vocabulary {
	struct enumerator *items;
	int count; /* enumerators, aliases included */
	int values; /* numbers from 0: one past the last */
};

struct btf_ids {
	unsigned fentry_func, modify_return_func, raw_tp_typedef, iter_func, lsm_func;
	unsigned tcp_congestion_ops, struct_ops_value, struct_ops_value_size;
	unsigned lsm_token_create, lsm_token_cmd, lsm_token_capable;
};

extern struct vocabulary vocabulary[KINDS];
extern struct vocabulary helper_names; /* enum bpf_func_id */
extern struct btf_ids btf_ids;
/* Of union bpf_attr, and of its fields for PROG_LOAD. */
extern unsigned attr_size, prog_load_size;

void btf_read(void);
/* NULL where this kernel has no such number. */
const char *name_of(enum kind kind, unsigned value);
uint64_t known_mask(enum kind kind);

/* Kinds of BTF types, as numbered in Documentation/bpf/btf.rst. */
enum {
	BTF_INT = 1, BTF_PTR = 2, BTF_ARRAY = 3, BTF_STRUCT = 4, BTF_UNION = 5, BTF_ENUM = 6, BTF_TYPEDEF = 8,
	BTF_VOLATILE = 9, BTF_CONST = 10, BTF_FUNC = 12, BTF_FUNC_PROTO = 13, BTF_VAR = 14, BTF_DATASEC = 15,
	BTF_DECL_TAG = 17, BTF_ENUM64 = 19
};
/* The id of the kernel's first type of that kind and name, or 0. */
unsigned btf_find(unsigned kind, const char *name);
/* The index of a structure's member, or -1. */
int btf_member(unsigned struct_id, const char *name);

/* vocabulary.c */

/* Writes {"kernel":..,"attr_size":..,"cmds":{NAME:number,..},..} in the order of the enumerations. */
void vocabulary_write(const char *path, int with_helpers);

/* userns.c */

#define MAX_NS 8

struct ns {
	char name[8];
	int parent, level;
	uint32_t owner; /* ids are global unless they are said to be local */
	uint32_t base, size; /* local ids 0.. are base.. */
	int fd;
};

struct tree {
	struct ns ns[MAX_NS];
	int count;
};

/* Bits of struct caller's caps. */
enum { C_BPF = 1, C_PERFMON = 2, C_NET_ADMIN = 4, C_SYS_ADMIN = 8, C_OTHERS = 16, C_FOUR = 15, C_ALL = 31 };

struct caller {
	int ns;
	uint32_t euid;
	unsigned caps;
};

/* The result of a case, from a process with its caller's credentials. */
struct answer {
	int done;
	int ret;
	int has_fdinfo, has_info;
	char fdinfo[4][24];
	uint64_t info[4];
};

#define MAX_CASES 1024

/* By bit of struct caller's caps. */
extern const int CAP_NUMBERS[4];

/* Draws and makes a random tree with `count` namespaces besides the initial one. */
void tree_draw(struct tree *tree, struct rng *rng, int count);
int tree_add(struct tree *tree, int parent, uint32_t owner);
void tree_make(struct tree *tree);
void tree_close(struct tree *tree);
int ns_is_below(const struct tree *tree, int ns, int above);
int ns_has_uid(const struct tree *tree, int ns, uint32_t uid);
/* "tree":[…] with the namespaces of the case and all above them. */
void out_tree(const struct tree *tree, const int *wanted, int count, int with_maps);
void out_caller(const struct tree *tree, const struct caller *caller);

/* A random caller near the namespace `ns`; and the root of `ns`, with all capabilities. */
struct caller draw_caller(const struct tree *tree, struct rng *rng, int ns);
unsigned draw_caps(struct rng *rng);
struct caller ns_root(const struct tree *tree, int ns);

/* Joins a namespace with every capability in it; credentials follow with become(). */
void enter_ns(const struct tree *tree, int ns);
void become(const struct tree *tree, const struct caller *caller);

typedef void (*ask_fn)(void *context, int index, struct answer *answer);

/*
 * Runs every case in a process in its caller's namespace, with its caller's credentials; answers[i].done says which
 * ran. A process that crashes is reported, and its remaining cases are counted as lost.
 */
void ask_all(const struct tree *tree, const struct caller *callers, int count, ask_fn ask, void *context);
extern struct answer *answers;
extern unsigned long lost, skipped;

/* A child process that dies with its parent. */
pid_t fork_child(void);

/* pass_fd.c */

/* Sends bytes, and a descriptor if it is not negative. */
ssize_t send_fd(int sock, const void *bytes, size_t size, int fd);
/* Receives bytes and a descriptor; `*fd` is -1 where none was sent. 0 at the end of the stream. */
ssize_t receive_fd(int sock, void *bytes, size_t size, int *fd);

/* agent.c */

/* A process in a namespace that executes one request at a time. */
struct agent {
	pid_t pid;
	int sock;
};

enum agent_op { ACT_FSOPEN, ACT_FSCONFIG, ACT_FSMOUNT, ACT_TOKEN_CREATE, ACT_MOUNT, ACT_UMOUNT, ACT_FSPICK, ACT_MKDIR };

struct agent_request {
	enum agent_op op;
	struct caller caller;
	unsigned fsconfig_cmd;
	int has_value;
	char key[640], value[4200];
};

/* `own_mounts`: in a mount namespace that belongs to the user namespace. */
struct agent agent_start(const struct tree *tree, int ns, int own_mounts);
/* Sends `fd` along if it is not negative. Returns a descriptor, 0, or a negated errno. */
long agent_call(struct agent *agent, const struct agent_request *request, int fd);
void agent_stop(struct agent *agent);

/* bpffs.c */

extern const char *const MASK_KEYS[4]; /* delegate_cmds … */
extern const char *const MASK_SHORT[4]; /* cmds … */

struct token {
	int ns;
	uint64_t masks[4];
	int bpffs_fd, fd, opath_fd;
	int grantor; /* the domain that creates its bpffs */
};

/* The root directory of a new bpffs of the namespace, mounted on `path` if there is one. */
int bpffs_make(struct agent *opener, const struct caller *root, const uint64_t masks[4], int mode, const char *path);
/* Makes the token's bpffs and the token. */
void token_make(const struct tree *tree, struct agent *agent, struct token *token);
void token_close(struct token *token);
void out_token(const struct tree *tree, const struct token *token);
void out_fdinfo_info(const struct answer *answer);
/* Reads fdinfo and OBJ_GET_INFO_BY_FD of a token into the answer. */
void token_inspect(int fd, struct answer *answer);

/* attr.c */

enum {
	CMD_MAP_CREATE = 0, CMD_MAP_LOOKUP_ELEM = 1, CMD_MAP_UPDATE_ELEM = 2, CMD_MAP_DELETE_ELEM = 3,
	CMD_MAP_GET_NEXT_KEY = 4, CMD_PROG_LOAD = 5, CMD_OBJ_GET = 7, CMD_PROG_ATTACH = 8, CMD_PROG_DETACH = 9,
	CMD_PROG_TEST_RUN = 10, CMD_PROG_GET_NEXT_ID = 11, CMD_MAP_GET_NEXT_ID = 12, CMD_PROG_GET_FD_BY_ID = 13,
	CMD_MAP_GET_FD_BY_ID = 14, CMD_OBJ_GET_INFO_BY_FD = 15, CMD_PROG_QUERY = 16, CMD_RAW_TRACEPOINT_OPEN = 17,
	CMD_BTF_LOAD = 18, CMD_BTF_GET_FD_BY_ID = 19, CMD_TASK_FD_QUERY = 20, CMD_MAP_LOOKUP_AND_DELETE_ELEM = 21,
	CMD_MAP_FREEZE = 22, CMD_BTF_GET_NEXT_ID = 23, CMD_MAP_LOOKUP_BATCH = 24, CMD_LINK_CREATE = 28,
	CMD_LINK_GET_FD_BY_ID = 30, CMD_LINK_GET_NEXT_ID = 31, CMD_ENABLE_STATS = 32, CMD_PROG_BIND_MAP = 35,
	CMD_TOKEN_CREATE = 36
};

enum variant {
	V_PLAIN, V_ATTR_TAIL_NONZERO, V_ATTR_NONZERO_PAST_UNION, V_MAP_ZERO_SEED, V_MAP_BAD_KEY_SIZE,
	V_MAP_RDONLY_WRONLY, V_MAP_UNKNOWN_FLAG, V_MAP_EXTRA, V_PROG_INSN_CNT_0, V_PROG_UNKNOWN_FLAG, V_PROG_5000_INSNS,
	V_PROG_ATTACH_BTF_ID, V_BTF_BAD_MAGIC, V_BTF_UNKNOWN_FLAG, V_ID_MISSING, V_ID_START_MAX, VARIANTS
};
extern const char *const VARIANT_NAMES[VARIANTS];

enum token_fd {
	T_NONE, T_TOKEN, T_FLAG_UNSET, T_CLOSED, T_NEGATIVE, T_DEVNULL, T_BPFFS_DIR, T_MAP, T_OPATH, T_FD0, TOKEN_FDS
};
extern const char *const TOKEN_FD_NAMES[TOKEN_FDS];

struct request {
	unsigned cmd;
	unsigned type; /* of map or program */
	unsigned attach;
	enum variant variant;
	enum token_fd token_fd;
	int token; /* index, or -1 */
	int own_fd; /* a program or a map made for this case alone, or -1 */
};

struct attr {
	unsigned char bytes[1024];
	unsigned size;
};

struct insn {
	uint8_t code, registers;
	int16_t off;
	int32_t imm;
};

void put32(struct attr *attr, unsigned offset, uint32_t value);
void put64(struct attr *attr, unsigned offset, uint64_t value);
int takes_token_field(unsigned cmd);
/* The attach type that the kernel takes 0 for. */
unsigned fixed_up_attach(unsigned prog_type, unsigned attach);
/* -1: this kernel has none of that name. */
int attach_value(const char *name);
/* The names of the attach types that suit a program type, up to NULL. */
const char *const *fitting_attachs(unsigned prog_type);
/* A random attach type that the program type may be loaded with. */
unsigned draw_fitting_attach(struct rng *rng, unsigned prog_type);
/* A request's attributes; `token` may be NULL where it uses none. */
void request_attr(struct attr *attr, const struct request *request, const struct token *token);
/* A request's call, and its answer; descriptors it returns are closed. */
long request_ask(const struct request *request, const struct token *token);
long prog_load(unsigned type, unsigned attach, const struct token *token);
int is_struct_ops(unsigned prog_type);
int refused_to_root(unsigned prog_type, unsigned attach);

/* fixtures.c */

/* Descriptors and ids that requests use, made once by the initial namespace's root. */
struct fixtures {
	int array_map, btf, prog, link, cgroup, devnull;
	unsigned prog_id, map_id, link_id;
};
extern struct fixtures fixtures;
void fixtures_make(void);
/* The descriptor for the request's own_fd, made by the initial namespace's root; programs are loaded with the token. */
int own_fd_make(const struct request *request, const struct token *token);

/* Families. Each prints `count` records. */

void record_use(int count);
void record_token_create(int count);
void record_mount_options(int count);
void record_lsm(int count);
void record_selinux(int count);
/* NULL, or the reason why the kernel cannot run the family. */
const char *lsm_missing(void);
const char *selinux_missing(void);

/* selinux_policy.c */

enum { DOMAINS = 7, MAX_POLICIES = 64 };
/* 0 is the recorder's own, which is allowed everything. */
extern const char *const DOMAIN_NAMES[DOMAINS];
/* The number of policies that the guest has; they are numbered from 0. */
int policy_count(void);
void policy_load(int number);
/* The calling process goes over to a domain. Does nothing before a policy is loaded. */
void domain_enter(int domain);
/* "selinux":{"policy":…,"bpf_token_perms":…,"caller":…,"grantor":…,"rules":[…]} with the rules that concern the two; grantor -1: none. */
void out_selinux(int policy, int caller, int grantor);

/* use.c, for lsm.c */
struct world {
	struct tree tree;
	struct token tokens[16];
	struct request focus[16];
	int token_count;
	struct request requests[MAX_CASES];
	struct caller callers[MAX_CASES];
	int count;
};
void world_draw(struct world *world, struct rng *rng, int count, int token_count);
void world_make(struct world *world);
void world_close(struct world *world);
/* Whether a security module of this machine refuses the case whatever the token's rules say; counted in `skipped`. */
int is_skipped(const struct world *world, int index);
void out_use(const struct world *world, int index);
void ask_use(void *world, int index, struct answer *answer);

/* lsm.c, for selinux.c: BPF_TOKEN_CREATE on the bpffs of a case's token, and the keys of family token_create. */
void ask_creation(const struct token *token, struct answer *answer);
void out_creation(const struct world *world, int index);
/* More of what gets as far as the hooks. */
void turn_towards_hooks(struct world *world, struct rng *rng);

/* functions.c */

/* Types in the BTF: functions, which take an xdp_md, a __sk_buff, and what bpf_loop() gives its callback. */
enum { FUNCTION_ON_XDP = 10, FUNCTION_ON_SKB, FUNCTION_CALLBACK };
int functions_btf(void);

/* load.c */

struct load_function {
	unsigned at, type; /* 0: none */
};

/* A program to load. */
struct load {
	unsigned type, attach, btf_id;
	int replaces; /* an ext's: the program, or 0 */
	int sleepable, not_gpl;
	const struct insn *insns;
	unsigned count;
	struct load_function functions[2];
	const struct token *token; /* NULL: none */
};

/* The verifier's log of the last load, without the report that newer kernels end it with. */
extern char load_log[1 << 20];
/* A descriptor, or a negated errno. */
long load(const struct load *what);
/* The last line of the log that is more than statistics, or nothing. */
void last_line(char *line, size_t size);

/* loaders.c */

enum { LOADERS = 33 };
struct loaders {
	struct tree tree;
	struct token token;
	struct caller callers[LOADERS];
};
extern struct loaders loaders;
void loaders_make(void);
void loaders_close(void);
/* NULL: that one has none. */
const struct token *loader_token(int index);
/* "userns":…,"caps":[…],"token":…,"token_userns":…, */
void out_loader(int index);

/* programs.c */

#define MAX_PROGRAMS 200

struct program {
	unsigned type, attach; /* of struct_ops: the member's index */
	const char *target; /* NULL: none */
	unsigned btf_id; /* the target's */
	int replaces; /* an ext's: the program, or 0 */
	unsigned function; /* an ext's */
	int sleepable;
	int returns;
};
extern struct program programs[MAX_PROGRAMS];
extern int program_count;
/* Those that root may load here. */
void programs_make(void);
void programs_close(void);
struct load program_load(const struct program *program, const struct insn *insns, unsigned count);
/* "prog_type":… to "sleepable":… */
void out_program(const struct program *program);

int prog_value(const char *name);

/* liberty_programs.c */

#define MAX_LIBERTIES 400

struct liberty {
	const char *test;
	struct load what; /* but for the token */
};
/* Returns how many. */
int liberties_make(struct liberty liberties[MAX_LIBERTIES]);
void liberties_close(void);

/* helpers.c, liberties.c */
void record_helpers(void);
void record_liberties(void);

/* workdir.c */
extern const char *scratch; /* a private tmpfs */
extern char mount_point[16]; /* a directory in it */
void workdir_make(void);
/* Removes the cgroup, which does not end with the mount namespace. */
void workdir_remove(void);

/* families.c */
/* Makes what all families need; called once. */
void prepare(void);
/* Distributes a number of cases over the families. */
void family_counts(unsigned long cases, unsigned families, unsigned long counts[FAMILIES]);
/* Records with the present value of the sysctl. A family of programs is recorded once, whatever its count. */
void record_all(int sysctl, const unsigned long counts[FAMILIES]);
/* Closes the recording, prints totals; the exit status. */
int finish(void);

/* main.c */

/* The families of a list of names, by bit; cuts the list. */
unsigned parse_families(char *list);

/* guest.c */
_Noreturn void guest_main(void);

#endif
