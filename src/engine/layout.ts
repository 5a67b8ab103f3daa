// The memory both sides agree on: TypeScript writes the tables (compile.ts), AssemblyScript reads them. This file is
// compiled by tsc and by asc, so that every offset is written once. All numbers are bytes unless they say otherwise.

/** Rows of the tables indexed by command, map type and program type; larger numbers mean the last row, which is unknown. */
export const TYPE_ROWS = 64;
export const LAST_TYPE = 63;
/** An id column's value for "no token". */
export const NO_ID = 0xffff;

// The header: one u32 each.
export const HEADER_TASK_COUNT = 0;
export const HEADER_TOKEN_COUNT = 4;
export const HEADER_TASKS = 8;
export const HEADER_TOKENS = 12;
export const HEADER_USERNS = 16;
export const HEADER_CMDS = 20;
export const HEADER_MAP_TYPES = 24;
export const HEADER_PROG_TYPES = 28;
export const HEADER_RULES = 32;
export const HEADER_SIZE = 64;

// Bits of the header's rules word.
export const RULE_TOKEN_NEEDS_OWN_USERNS = 1;
export const RULE_TOKEN_FALLS_BACK_TO_INIT = 2;
/** unprivileged_bpf_disabled is not 0. */
export const RULE_UNPRIVILEGED_DISABLED = 4;

// A task.
export const TASK_USERNS = 0; // u16
export const TASK_LEVEL = 2; // u8, level of its user namespace
export const TASK_CAPS = 3; // u8, CAPS_*, effective in its own user namespace
export const TASK_INIT_CAPS = 4; // u8, CAPS_* in the initial user namespace
export const TASK_EUID = 8; // u32
export const TASK_SIZE = 16;

// A token. Mask bits of values the release does not know are cleared.
export const TOKEN_CMDS = 0; // u64
export const TOKEN_MAPS = 8; // u64
export const TOKEN_PROGS = 16; // u64
export const TOKEN_ATTACHS = 24; // u64
export const TOKEN_DENIED_CMDS = 32; // u64, bpf_token_cmd refuses
export const TOKEN_USERNS = 40; // u16
export const TOKEN_DENIED_CAPS = 42; // u8, CAPS_* bpf_token_capable refuses
export const TOKEN_SIZE = 64;

// A user namespace: its ancestor at every level, itself at its own, NO_ID below; and its owner.
export const USERNS_ANCESTORS = 0; // u16 by level
export const USERNS_LEVELS = 34;
export const USERNS_OWNER = 68; // u32
export const USERNS_SIZE = 72;

// The four capabilities bpf() asks for, as bits.
export const CAPS_BPF = 1;
export const CAPS_NET_ADMIN = 2;
export const CAPS_PERFMON = 4;
export const CAPS_SYS_ADMIN = 8;
export const CAPS_ALL = 15;

// A command.
export const CMD_GATE = 0; // u8, GATE_*
export const CMD_CAP = 1; // u8, CAPS_* it asks for (GATE_BTF, GATE_INIT_CAPABILITY)
export const CMD_TOKEN_ROOM = 2; // u8, ROOM_*
export const CMD_PERMISSION_FIRST = 3; // u8, 1: attributes are looked at after the permission
export const CMD_NUMBER = 4; // u8, bit number in the masks
export const CMD_SIZE = 8;

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

// A map type: one u8, the CAPS_* it asks for, or:
export const MAP_TYPE_UNKNOWN = 255;

// A program type.
export const PROG_NEEDS = 0; // u8, PROG_*
export const PROG_ZERO_MEANS = 1; // u8, the attach type that 0 means
export const PROG_FITS = 8; // u64, attach types it may be loaded with; bit 63 stands for all unknown ones
export const PROG_SIZE = 16;

export const PROG_UNPRIVILEGED = 1;
export const PROG_NET_ADMIN = 2;
export const PROG_PERFMON = 4;
export const PROG_LOADABLE = 8;
export const PROG_CGROUP_SKB = 16;
