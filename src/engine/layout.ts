// The memory both sides agree on: TypeScript writes the tables (compile.ts), AssemblyScript reads them. This file is
// compiled by tsc and by asc, so that every offset is written once. All numbers are bytes unless they say otherwise.

/** The largest command, type and attach type number told apart from others: no kernel knows it, nor any above it. */
export const LAST_TYPE = 63;
/** How many numbers that makes. */
export const TYPE_ROWS = 64;
/** An id column's value for "no token". */
export const NO_ID = 0xffff;

// A memory holds one world, every table at a fixed address with room for as many ids as 16 bits can name: what is not
// used is never touched, and costs nothing. First a header of one u32 each, and the tables of the kernel.
export const WORLD_TASK_COUNT = 1024;
export const WORLD_TOKEN_COUNT = 1028;
export const WORLD_RULES = 1032;
/** Which places are taken, a bit each: two u32. */
export const WORLD_PLACES = 1040;
export const WORLD_CMDS = 1088;
export const WORLD_STRAIGHT = 3136;
export const WORLD_DISPOSITIONS = 35904;
export const WORLD_OUTCOMES = 35968;
export const WORLD_BY_MASKS = 36032;
export const WORLD_KERNEL_END = 36096;

export const WORLD_TASKS = 65536;
export const WORLD_TOKENS = 655360;
export const WORLD_USERNS = 4915200;

// A place is for the batches of one thread: columns on their way in, verdicts on their way out, and scratch.
/** The rows of a batch that are decided in one call: enough to forget the call, few enough to stay in cache. */
export const PLACE_ROWS = 8192;
export const PLACE_TASK = 0; // u16
export const PLACE_TOKEN = 16448; // u16
export const PLACE_CMD = 32896; // u8
export const PLACE_TYPE = 41152; // u8
export const PLACE_ATTACH_TYPE = 49408; // u8
export const PLACE_INSN_CNT = 57664; // u32
export const PLACE_PRE = 90496; // u8
export const PLACE_OUT = 98752; // u8
export const PLACE_SCRATCH = 107008;
// Columns a batch need not have, as bits: without them every request has one instruction and no fault.
export const HAS_INSN_CNT = 1;
export const HAS_PRE = 2;
export const PLACE_SIZE = 196608;
export const PLACES = 64;
export const PLACES_START = 13631488;
/** Pages of 65,536 bytes a memory has, as many as asconfig.json says: PLACES_START and all places. */
export const MEMORY_PAGES = 400;

// Bits of the header's rules word.
export const RULE_TOKEN_NEEDS_OWN_USERNS = 1;
export const RULE_TOKEN_FALLS_BACK_TO_INIT = 2;
/** unprivileged_bpf_disabled is not 0. */
export const RULE_UNPRIVILEGED_DISABLED = 4;

// A task: one u64.
export const TASK_USERNS = 0; // u16
export const TASK_EUID = 2; // u16, its number among the owners of user namespaces, or EUID_OWNS_NOTHING
export const TASK_LEVEL = 4; // u8, offset of the level of its user namespace in a user namespace's row
export const TASK_CAPS = 5; // u8, CAPS_* effective in its own user namespace
export const TASK_INIT_CAPS = 6; // u8, CAPS_* effective in the initial user namespace
export const TASK_SIZE = 8;
export const EUID_OWNS_NOTHING = 0xfffe;

// A token. Mask bits of values the release does not know are cleared. One more row than there are tokens, without a bit
// set, stands for no token.
export const TOKEN_MAPS = 0; // u64
export const TOKEN_PROGS = 8; // u64
export const TOKEN_ATTACHS = 16; // u64
export const TOKEN_ALL_ONES = 24; // u64, the mask of what no mask speaks of
export const TOKEN_USERNS = 32; // u16
export const TOKEN_DENIED_CAPS = 34; // u8, CAPS_* bpf_token_capable refuses
export const TOKEN_USERNS_ROW = 36; // u32, address of its user namespace's row
export const TOKEN_FOUND = 40; // u8 per command that reads a token: the FOUND_* that hold whatever the request
export const TOKEN_SIZE = 64;

// A user namespace: one u32 per level up to the deepest of the world. Low half: its ancestor there (itself at its own
// level, NO_ID below). High half: the owner of its ancestor one level further down, as a number among owners, or NO_ID.
export const USERNS_LEVEL_SIZE = 4;

// The four capabilities bpf() asks for, as bits.
export const CAPS_BPF = 1;
export const CAPS_NET_ADMIN = 2;
export const CAPS_PERFMON = 4;
export const CAPS_SYS_ADMIN = 8;
export const CAPS_ALL = 15;

// A command, by any number a column can hold.
export const CMD_STRAIGHT = 0; // u32, byte offset of its rows of the straight table, or NOT_STRAIGHT
export const CMD_GATE = 4; // u8, GATE_*
export const CMD_CAP = 5; // u8, CAPS_* it asks for (GATE_INIT_CAPABILITY, GATE_BTF)
export const CMD_TOKEN_ROOM = 6; // u8, ROOM_*
export const CMD_PERMISSION_FIRST = 7; // u8, 1: attributes are looked at after the permission
export const CMD_SIZE = 8;
export const CMD_ROWS = 256;
export const NOT_STRAIGHT = 0xffff_ffff;

export const GATE_UNKNOWN = 0;
export const GATE_MAP_CREATE = 1;
export const GATE_PROG_LOAD = 2;
export const GATE_BTF = 3;
export const GATE_INIT_CAPABILITY = 4;
export const GATE_PROG_ATTACH = 5;
export const GATE_LINK_CREATE = 6;
export const GATE_DESCRIPTOR = 7;
export const GATE_TOKEN_CREATE = 8;

export const ROOM_NONE = 0;
export const ROOM_TAKEN = 1;
export const ROOM_REFUSED = 2;

// The straight table: what a command that reads a token asks, by any type number a column can hold. A command without a
// type has as many rows, all the same.
export const STRAIGHT_FITS = 0; // u64, attach types the type may have; bit 63 stands for all unknown ones
export const STRAIGHT_TYPE_MASK = 8; // u8, offset in a token of the mask the type is looked up in
export const STRAIGHT_TYPE_BIT = 9; // u8, the bit it is looked up by
export const STRAIGHT_ATTACH_MASK = 10; // u8, offset in a token of the mask the attach type is looked up in
export const STRAIGHT_ATTACH_AND = 11; // u8, 63, or 0 where the command reads no attach type
export const STRAIGHT_ZERO_MEANS = 12; // u8, the attach type that 0 means
export const STRAIGHT_FOUND = 13; // u8, offset in a token of what it says of the command
export const STRAIGHT_NEEDS = 14; // u8, CAPS_* asked for
export const STRAIGHT_OUTCOMES = 15; // u8, byte offset of its row of the outcome table
export const STRAIGHT_FINAL = 16; // u8, Outcome when every capability is there and the attach type fits
export const STRAIGHT_FLAGS = 17; // u8, STRAIGHT_CGROUP_SKB, STRAIGHT_UNKNOWN_MAP
export const STRAIGHT_FOUND_AND = 18; // u8, 0 where the token is not even looked at, else 255
// What is asked and how it ends again, as the block path gathers them.
export const STRAIGHT_NEEDS_HIGH = 19; // u8, STRAIGHT_NEEDS in the high half
export const STRAIGHT_END = 20; // u8, STRAIGHT_FINAL, and END_UNPRIV_DISABLED
export const STRAIGHT_SIZE = 32;
export const STRAIGHT_ROWS = 256;
/** Bytes of a command's rows; commands in the order of STRAIGHT_COMMANDS. */
export const STRAIGHT_CMD = 8192;
export const STRAIGHT_PROG_LOAD = 8192;

export const STRAIGHT_CGROUP_SKB = 1;
/** A map type this release does not have: EINVAL before the token is looked at. */
export const STRAIGHT_UNKNOWN_MAP = 2;

// The disposition table: a Disposition by what was found of a token.
export const FOUND_GIVEN = 1;
export const FOUND_OWN_USERNS = 2; // in the token's own user namespace, or it need not be
export const FOUND_CMD = 4;
export const FOUND_DENIED = 8;
export const FOUND_TYPE = 16;
export const FOUND_ATTACH = 32;
export const DISPOSITIONS_SIZE = 64;
// The same by FOUND_TYPE and FOUND_ATTACH alone, shifted down to bit 0, for a token that is otherwise in order: 16 bytes.
export const FOUND_MASKS_SHIFT = 4;

// What the block path gathers of a request's end: an Outcome, and
export const END_UNPRIV_DISABLED = 64; // reasons are those of OUTCOMES_OF_UNPRIV_DISABLED
export const END_FITS = 128; // the attach type fits

// The outcome table: an Outcome by the capabilities missing (CAPS_*), and OUTCOME_LSM where an LSM refused the first of them.
export const OUTCOMES_OF_UNPRIV_DISABLED = 0; // CAP_BPF is asked because of the sysctl
export const OUTCOMES_OF_CAPABILITY = 1;
export const OUTCOME_LSM = 16;
export const OUTCOMES_ROW = 32;
