// The memory layout: TypeScript writes the tables (engine/compile.ts), AssemblyScript reads them. This file is compiled by tsc
// and by asc, so that every offset is defined once. Addresses and sizes are in bytes.

/** The largest command, type and attach type number with a row: no kernel knows it or any larger number. */
export const LAST_TYPE = 63;
/** Rows of a table by command, type or attach type. */
export const TYPE_ROWS = 64;
/** An id column's value for "no token". */
export const NO_ID = 0xffff;

// A memory holds one world. Every table has a fixed address and space for all ids of 16 bits; pages that are never touched
// cost nothing. The build checks the sizes (engine/regions.ts). First a header of one u32 each, and the tables of the kernel.
export const WORLD_TASK_COUNT = 1024;
export const WORLD_TOKEN_COUNT = 1028;
export const WORLD_RULES = 1032;
/** CAPS_* that the initial user namespace may grant where the token's does not: all or none. */
export const WORLD_FALLBACK_CAPS = 1036;
/** 1 where no LSM refuses a capability and the rules are the merged ones: some checks are then unnecessary. */
export const WORLD_HAS_STANDARD_RULES = 1048;
/** 1 where the world has SELinux: requests are then decided one by one. */
export const WORLD_SELINUX = 1052;
/** A bit for each workspace in use: two u32. */
export const WORLD_WORKSPACES = 1040;
export const WORLD_PROGRAM_COUNT = 1056;
export const WORLD_CMDS = 1088;
export const WORLD_DROP_REASONS = 1600;
export const WORLD_OUTCOMES = 1664;
export const WORLD_REQUIREMENTS = 1792;
export const WORLD_OUTCOMES_IF_CAPABLE = 35584;
export const WORLD_REQUIREMENT_COLUMNS = 39680;
export const WORLD_PERMISSIONS = 40832;
export const WORLD_REQUIREMENT_CLASSES = 42368;
export const WORLD_CLASS_COLUMNS = 46592;
export const WORLD_CLASS_OUTCOMES = 46816;
export const WORLD_KERNEL_END = 47328;
export const WORLD_SELINUX_PAIRS = 47360;

export const WORLD_TASKS = 65536;
export const WORLD_PROGRAMS = 589824;
export const WORLD_TOKENS = 655360;
export const WORLD_USERNS = 4915200;

// A workspace belongs to one thread. It has the addresses of its batch's columns, scratch, and columns and verdicts for batches
// outside of this memory, which are copied through it.
/** Rows of its columns: enough to make the cost of a call negligible, few enough to stay in cache. */
export const WORKSPACE_ROWS = 8192;
export const WORKSPACE_TASK = 0; // u16
export const WORKSPACE_TOKEN = 16448; // u16
export const WORKSPACE_CMD = 32896; // u8
export const WORKSPACE_TYPE = 41152; // u8
export const WORKSPACE_ATTACH_TYPE = 49408; // u8
export const WORKSPACE_INSN_CNT = 57664; // u32
export const WORKSPACE_PRE = 90496; // u8
export const WORKSPACE_OUT = 98752; // u8
export const WORKSPACE_SCRATCH = 107008;
export const WORKSPACE_ROWS_AT = 131072;
/** Bytes of the addresses of columns, from WORKSPACE_ROWS_AT on. */
export const ROWS_AT_SIZE = 32;
/** For batches with a column of programs: that column, and what the verifier withholds. */
export const WORKSPACE_PROGRAM = 131200; // u16
export const WORKSPACE_WITHHELD = 147648; // u8
/** Bytes of the scratch that are used: the last are the program verdicts of a run, past TABLE. */
export const SCRATCH_END = 20864;
export const WORKSPACE_SIZE = 196608;
export const MAX_WORKSPACES = 64;
export const WORKSPACES_START = 13828096;
/** The most bytes that a batch reads past the last row of a column or writes past its last verdict. */
export const PAST_ROWS = 64;
/** Initial pages (65,536 bytes) of a memory, the number in asconfig.json: WORKSPACES_START and all workspaces. */
export const MEMORY_PAGES = 403;
/** The largest number of pages. */
export const MAX_MEMORY_PAGES = 65536;

// Bits of the header's rules word.
export const RULE_TOKEN_NEEDS_OWN_USERNS = 1;
/** unprivileged_bpf_disabled is not 0. */
export const RULE_UNPRIVILEGED_DISABLED = 2;

// Rows of tables. A field's constant is its address in row 0; in row n it is n times the row size more.

// A task: one u64. Its first half equals the entry of a user namespace at the task's level if the task is in that ancestor and
// owns its child.
export const TASK_USERNS = WORLD_TASKS; // u16
export const TASK_EUID = WORLD_TASKS + 2; // u16, its number among the owners of user namespaces, or EUID_OWNS_NOTHING
export const TASK_LEVEL = WORLD_TASKS + 4; // u8, offset of the level of its user namespace in a user namespace's row
export const TASK_CAPS = WORLD_TASKS + 5; // u8, CAPS_* effective in its own user namespace; all of them with CAP_SYS_ADMIN, which implies the others
export const TASK_INIT_CAPS = WORLD_TASKS + 6; // u8, the same in the initial user namespace
export const TASK_DOMAIN = WORLD_TASKS + 7; // u8, its domain
export const TASK_SIZE = 8;
export const EUID_OWNS_NOTHING = 0xfffe;

// A token. Mask bits of values that the release does not know are cleared. The row of NO_ID, which is never written, has no bit
// set: it is the row of "no token". Every u16 is the number of a readable row.
export const TOKEN_MAPS = WORLD_TOKENS; // u64
export const TOKEN_PROGS = WORLD_TOKENS + 8; // u64
export const TOKEN_ATTACHS = WORLD_TOKENS + 16; // u64
export const TOKEN_LEVEL = WORLD_TOKENS + 24; // u8, as TASK_LEVEL
export const TOKEN_DENIED_CAPS = WORLD_TOKENS + 25; // u8, CAPS_* bpf_token_capable refuses, and TOKEN_GIVEN
export const TOKEN_CMDS = WORLD_TOKENS + 26; // u8, CMD_ALLOWED and CMD_NOT_DENIED of each command that reads a token
export const TOKEN_GRANTOR = WORLD_TOKENS + 27; // u8, the domain that created its bpffs
export const TOKEN_USERNS_ROW = WORLD_TOKENS + 28; // u32, its user namespace's row, as a distance from WORLD_USERNS
export const TOKEN_SIZE = 32;
/** Two bits for each of TOKEN_COMMANDS: the mask has the command; bpf_token_cmd does not refuse it either. */
export const CMD_ALLOWED = 1;
export const CMD_NOT_DENIED = 2;
/** In TOKEN_DENIED_CAPS of every token. */
export const TOKEN_GIVEN = 16;

// A user namespace: one u32 per level up to the deepest of the world. Low half: its ancestor there (itself at its own
// level, NO_ID below). High half: the owner of its ancestor one level further down, as a number among owners, or NO_ID.
export const USERNS_LEVEL_SIZE = 4;

// A pair of SELinux domains: the task's, and the one that created the token's bpffs; without a token that counts, the task's twice.
export const MAX_SELINUX_DOMAINS = 64;
export const SELINUX_REFUSED_CAPS = WORLD_SELINUX_PAIRS; // u8, CAPS_* that bpf_token_capable refuses through a token
export const SELINUX_INIT_REFUSED_CAPS = WORLD_SELINUX_PAIRS + 1; // u8, the same of a token of the initial user namespace
export const SELINUX_OWNER_CAPS = WORLD_SELINUX_PAIRS + 2; // u8, CAPS_* of the task in a user namespace below that it owns
export const SELINUX_FLAGS = WORLD_SELINUX_PAIRS + 3; // u8, SELINUX_MAP_EARLY and the others
export const SELINUX_PAIR_SIZE = 4;
/** A map is refused before the command, once it is made; the same of a program. */
export const SELINUX_MAP_EARLY = 1;
export const SELINUX_MAP_LATE = 2;
export const SELINUX_PROG_EARLY = 4;
export const SELINUX_PROG_LATE = 8;

// The four capabilities that bpf() checks, as bits.
export const CAPS_BPF = 1;
export const CAPS_NET_ADMIN = 2;
export const CAPS_PERFMON = 4;
export const CAPS_SYS_ADMIN = 8;
export const CAPS_ALL = 15;

// A program that the world declares. Each NEEDS_* set: all that its helpers need, and all that its liberties need.
export const PROGRAM_TYPE = WORLD_PROGRAMS; // u8, as columns hold it
export const PROGRAM_ATTACH_TYPE = WORLD_PROGRAMS + 1; // u8, as columns hold it
export const PROGRAM_HELPER_NEEDS = WORLD_PROGRAMS + 2; // u8, CAPS_* and NEEDS_*
export const PROGRAM_LIBERTY_NEEDS = WORLD_PROGRAMS + 3; // u8, the same
export const PROGRAM_SIZE = 4;
export const MAX_PROGRAMS = 4096;
/** CAP_SYS_ADMIN in the initial user namespace, whatever the token. */
export const NEEDS_INIT_SYS_ADMIN = 16;
/** What no capability gives. */
export const NEEDS_IMPOSSIBLE = 32;
/** A column's value for a request that says nothing of its program. */
export const NO_PROGRAM = 0xffff;

// A command, by its number.
export const CMD_GATE = WORLD_CMDS; // u8, GATE_*
export const CMD_CAP = WORLD_CMDS + 1; // u8, CAPS_* that it requires (GATE_INIT_CAPABILITY, GATE_BTF)
export const CMD_TOKEN_SUPPORT = WORLD_CMDS + 2; // u8, TOKEN_NO_FIELD, TOKEN_ACCEPTED or TOKEN_REJECTED
export const CMD_PERMISSION_FIRST = WORLD_CMDS + 3; // u8, 1: attributes are checked after the permission
export const CMD_SIZE = 8;

/** Numbers of commands, the same in every kernel: those whose requests have a type. */
export const CMD_MAP_CREATE = 0;
export const CMD_PROG_LOAD = 5;
/** More numbers, for permission sets. */
export const CMD_PROG_ATTACH = 8;
export const CMD_BTF_LOAD = 18;
export const CMD_BTF_GET_FD_BY_ID = 19;
export const CMD_LINK_CREATE = 28;
export const PROG_TYPE_CGROUP_SKB = 8;

export const GATE_UNKNOWN = 0;
export const GATE_MAP_CREATE = 1;
export const GATE_PROG_LOAD = 2;
export const GATE_BTF = 3;
export const GATE_INIT_CAPABILITY = 4;
export const GATE_PROG_ATTACH = 5;
export const GATE_LINK_CREATE = 6;
export const GATE_DESCRIPTOR = 7;
export const GATE_TOKEN_CREATE = 8;

export const TOKEN_NO_FIELD = 0;
export const TOKEN_ACCEPTED = 1;
export const TOKEN_REJECTED = 2;

// The requirements of a request, by command, type and attach type: one u64 a row. First the rows of PROG_LOAD, by type and
// attach type; then those of MAP_CREATE, by type; then one for every other command.
export const REQ_TYPE_AT = WORLD_REQUIREMENTS; // u8, the byte of a token's row with the bit of the type
export const REQ_ATTACH_AT = WORLD_REQUIREMENTS + 1; // u8, the same for the attach type, after the fix-up
export const REQ_TYPE_BIT = WORLD_REQUIREMENTS + 2; // u8, that bit; 0 where no mask covers the type
export const REQ_ATTACH_BIT = WORLD_REQUIREMENTS + 3; // u8
export const REQ_CMD_BITS = WORLD_REQUIREMENTS + 4; // u8, the command's two bits in TOKEN_CMDS; 0 where it reads no token
export const REQ_NEEDS = WORLD_REQUIREMENTS + 5; // u8, CAPS_* required
export const REQ_OUTCOME_IF_CAPABLE = WORLD_REQUIREMENTS + 6; // u8, Outcome where no capability is missing
export const REQ_FLAGS = WORLD_REQUIREMENTS + 7; // u8, REQ_*
export const REQ_SIZE = 8;
/** The high half of a row's number: the type for PROG_LOAD, else one of these. */
export const REQ_HIGH_MAP_CREATE = 64;
export const REQ_HIGH_OTHERS = 65;
export const REQ_ROWS = 4224;
/** Set when the caller need not be in the token's user namespace. */
export const REQ_ANY_USERNS = 1;
/** The token is checked: the same bit as TOKEN_GIVEN. */
export const REQ_CONSULTS_TOKEN = 16;
/** CAP_BPF is required because of unprivileged_bpf_disabled. */
export const REQ_UNPRIV_DISABLED = 4;
/** The row does not describe the checks: decideByCommandClass() in assembly/decide_slow.ts has them. */
export const REQ_BY_COMMAND_CLASS = 8;
/** A program that requires CAP_NET_ADMIN when it is attached. */
export const REQ_CGROUP_SKB = 2;
/** A map type that the release does not have: EINVAL before the token is checked. */
export const REQ_UNKNOWN_MAP = 32;

// For runs: REQ_OUTCOME_IF_CAPABLE and DISPOSITION_BITS of every row of PROG_LOAD, a byte each; and copies of other fields, a
// column each: of PROG_LOAD by type, of MAP_CREATE by type and of the other commands.
export const DISPOSITION_BITS = 224;
export const COLUMN_PROG_LOAD = 0;
export const COLUMN_MAP_CREATE = 64;
export const COLUMN_OTHERS = 128;
export const COLUMN_ROWS = 192;
export const COLUMN_TYPE_AT = WORLD_REQUIREMENT_COLUMNS;
export const COLUMN_TYPE_BIT = WORLD_REQUIREMENT_COLUMNS + 192;
export const COLUMN_CMD_BITS = WORLD_REQUIREMENT_COLUMNS + 384;
export const COLUMN_NEEDS = WORLD_REQUIREMENT_COLUMNS + 576;
export const COLUMN_OUTCOME_IF_CAPABLE = WORLD_REQUIREMENT_COLUMNS + 768;
export const COLUMN_FLAGS = WORLD_REQUIREMENT_COLUMNS + 960;

// For runs: requirement rows come in few classes. The class of every requirement row, a byte each; the fields that the rows of a
// class share, a column each; and the Outcome of every class by the caller's capabilities (CAPS_*), as far as no LSM decides. The
// classes of PROG_LOAD come first, those of the other commands from OTHER_CLASSES on.
export const REQUIREMENT_CLASSES = 32;
export const CLASSES_OF_HALF = 16;
export const OTHER_CLASSES = 16;
export const CLASS_CMD_BITS = WORLD_CLASS_COLUMNS;
export const CLASS_NEEDS = WORLD_CLASS_COLUMNS + 32;
export const CLASS_OUTCOME_IF_CAPABLE = WORLD_CLASS_COLUMNS + 64;
export const CLASS_FLAGS = WORLD_CLASS_COLUMNS + 96;
export const CLASS_DROP_REASON_TYPE = WORLD_CLASS_COLUMNS + 128; // DROP_REASON_TYPE where a mask covers the type
export const CLASS_DROP_REASON_ATTACH = WORLD_CLASS_COLUMNS + 160; // DROP_REASON_ATTACH where a mask covers the attach type
export const CLASS_EFFECTIVE_ATTACH_TYPE = WORLD_CLASS_COLUMNS + 192; // the attach type that 0 stands for, if another one

// For permission sets: sets of 64 bits, bit n for number n that the release knows. A set by capabilities is 16 sets, by CAPS_*:
// what a caller with these is allowed. Programs are allowed with an attach type that fits.
export const PERMISSION_MAPS = WORLD_PERMISSIONS; // by capabilities: map types
export const PERMISSION_PROGS = WORLD_PERMISSIONS + 128; // by capabilities: program types
export const PERMISSION_CMDS = WORLD_PERMISSIONS + 256; // by capabilities: commands, as if without a type and a token
export const PERMISSION_FITS = WORLD_PERMISSIONS + 384; // by program type: attach types it can be loaded with
export const PERMISSION_EFFECTIVE_ATTACH_TYPE = WORLD_PERMISSIONS + 896; // by program type: the bit of the attach type that 0 stands for
export const PERMISSION_REFUSING = WORLD_PERMISSIONS + 1408; // commands that answer EINVAL to a token
export const PERMISSION_DESCRIPTOR = WORLD_PERMISSIONS + 1416; // commands that the descriptor decides
export const PERMISSION_TYPES = WORLD_PERMISSIONS + 1424; // u32, the release's program types

// A permission set as a result: sets, and the attach types that PROG_LOAD allows by program type.
export const OUT_CMDS = 0;
export const OUT_DESCRIPTOR = 8;
export const OUT_MAPS = 16;
export const OUT_PROGS = 24; // with any attach type
export const OUT_CGROUP_SKB = 32; // attach types PROG_ATTACH and LINK_CREATE allow of a cgroup_skb program
export const OUT_ATTACHS = 40; // u64 each program type
export const OUT_SIZE = 552;

// Every verdict of one task and token, from TABLE on in a workspace's scratch: a byte for each requirement row, then of
// PROG_ATTACH and of LINK_CREATE for cgroup_skb programs, by attach type.
export const TABLE = 16384;
export const TABLE_PROG_ATTACH = 4224;
export const TABLE_LINK_CREATE = 4288;
export const TABLE_SIZE = 4352;

// Why a token is dropped: the first check that fails. Of several, the kernel's first check has the largest number. The table of
// drop reasons has a Disposition for each, at its bits in a verdict.
export const DROP_REASON_NONE = 0;
export const DROP_REASON_ATTACH = 1;
export const DROP_REASON_TYPE = 2;
export const DROP_REASON_LSM = 3;
export const DROP_REASON_CMD = 4;
export const DROP_REASON_USERNS = 5;
export const DROP_REASON_NOT_GIVEN = 6;

// The outcome table: an Outcome by missing capabilities (CAPS_*), 16 bytes each.
export const OUTCOMES_OF_CAPABILITY = 0;
export const OUTCOMES_OF_UNPRIV_DISABLED = 16; // CAP_BPF is required because of the sysctl

// The values of a table's cells, as codes: ids and numbers as columns hold them, or one of these. A row with an unresolved code
// in a column that its command reads goes to the slow path of the table reader.
/** u16: no task of the world; every other code is an id. */
export const CODE_UNRESOLVED_TASK = 0xffff;
/** u16: neither a token of the world nor "no token". Rows with a token of this id take the slow path too. */
export const CODE_UNRESOLVED_TOKEN = 0xfffe;
/** u8: no command, type or fault. All codes from 64 on are unresolved. */
export const CODE_UNRESOLVED = 0xff;
/** u8: no program type is given, which some commands read as 0. */
export const CODE_EMPTY_TYPE = 0x40;
/** u32: no count of instructions, or one that takes the slow path. */
export const CODE_UNRESOLVED_COUNT = 0xffffffff;
/** u16: neither an expectation nor "no expectation". */
export const CODE_UNRESOLVED_EXPECT = 0x7fff;
