import { BPF_F_TOKEN_FD } from '../../abi/bpf.js';
import type { Profile } from '../../kernel/profile.js';
import type { EnumKind } from '../../kernel/vocabulary.js';
import { resolveName } from '../../names/spelling.js';
import type { LoggedCall } from './log_events.js';
import type { LoggedField, LoggedValue } from './logged_value.js';
import { fieldOf, flagBits, kernelVersion, numberOf } from './numbers.js';

/** Where a descriptor of a bpf() call stands: in the log, or among the fields that strace does not print. */
export type LoggedFd =
  | { readonly kind: 'shown'; readonly fd: number; readonly path: string | undefined }
  /** The call passes one; strace prints `...` in its place. */
  | { readonly kind: 'hidden' };

/** A bpf() call as the log shows it. Numbers as the kernel has them. */
export interface LoggedBpf {
  readonly cmd: number;
  /** Map type or program type; 0 where the command has none. */
  readonly type: number;
  readonly attachType: number;
  readonly insnCnt: number;
  /** map_flags, prog_flags, btf_flags, open_flags; `undefined`: strace does not print them. */
  readonly flags: number | undefined;
  /** The token that the call carries: with BPF_F_TOKEN_FD only. `undefined`: none. */
  readonly token: LoggedFd | undefined;
  /** A descriptor in the field of the token without BPF_F_TOKEN_FD, which the kernel does not read. */
  readonly unreadTokenFd: number | undefined;
  /** BPF_TOKEN_CREATE: the descriptor of the bpffs. */
  readonly bpffs: LoggedFd | undefined;
  /** PROG_ATTACH and LINK_CREATE: the program; OBJ_GET_INFO_BY_FD: what is asked about. */
  readonly fd: number | undefined;
  /** map_name, prog_name. */
  readonly name: string;
  /** `6.18.44`, from kern_version. */
  readonly kernel: string | undefined;
  /** Whole numbers of the attributes, by name: key_size, value_size, max_entries, btf_size, func_info_cnt, log_level. */
  readonly numbers: Readonly<Record<string, number>>;
  /** strace does not print the attributes: it prints their address, or all of them as bytes. */
  readonly isUndecoded: boolean;
  /** Bytes of attributes that the call passes. */
  readonly size: number | undefined;
}

/** A name or number in a bpf() call that this kernel's vocabulary does not have. */
export interface UnknownBpfName {
  readonly kind: EnumKind;
  readonly word: string;
}

const FLAG_NAMES: Readonly<Record<string, number>> = {
  BPF_F_NO_PREALLOC: 1 << 0,
  BPF_F_NO_COMMON_LRU: 1 << 1,
  BPF_F_NUMA_NODE: 1 << 2,
  BPF_F_RDONLY: 1 << 3,
  BPF_F_WRONLY: 1 << 4,
  BPF_F_STACK_BUILD_ID: 1 << 5,
  BPF_F_ZERO_SEED: 1 << 6,
  BPF_F_RDONLY_PROG: 1 << 7,
  BPF_F_WRONLY_PROG: 1 << 8,
  BPF_F_CLONE: 1 << 9,
  BPF_F_MMAPABLE: 1 << 10,
  BPF_F_PRESERVE_ELEMS: 1 << 11,
  BPF_F_INNER_MAP: 1 << 12,
  BPF_F_LINK: 1 << 13,
  BPF_F_PATH_FD: 1 << 14,
  BPF_F_VTYPE_BTF_OBJ_FD: 1 << 15,
  BPF_F_TOKEN_FD,
  BPF_F_SEGV_ON_FAULT: 1 << 17,
  BPF_F_NO_USER_CONV: 1 << 18,
};

/** Flags of programs have names of their own, and the same for BPF_F_TOKEN_FD. */
const PROG_FLAG_NAMES: Readonly<Record<string, number>> = {
  BPF_F_STRICT_ALIGNMENT: 1 << 0,
  BPF_F_ANY_ALIGNMENT: 1 << 1,
  BPF_F_TEST_RND_HI32: 1 << 2,
  BPF_F_TEST_STATE_FREQ: 1 << 3,
  BPF_F_SLEEPABLE: 1 << 4,
  BPF_F_XDP_HAS_FRAGS: 1 << 5,
  BPF_F_XDP_DEV_BOUND_ONLY: 1 << 6,
  BPF_F_TEST_REG_INVARIANTS: 1 << 7,
  BPF_F_TOKEN_FD,
};

/** The fields of the four commands that take a token. */
const TOKEN_FIELDS: Readonly<Record<string, { readonly flags: string; readonly fd: string; readonly end: number }>> = {
  // `end`: bytes of attributes with which the token is among them (include/uapi/linux/bpf.h: union bpf_attr).
  map_create: { flags: 'map_flags', fd: 'map_token_fd', end: 80 },
  prog_load: { flags: 'prog_flags', fd: 'prog_token_fd', end: 148 },
  btf_load: { flags: 'btf_flags', fd: 'btf_token_fd', end: 40 },
  btf_get_fd_by_id: { flags: 'open_flags', fd: 'fd_by_id_token_fd', end: 16 },
};

/** What a bpf() call of a log asks. `onUnknown` hears of names that the kernel does not have; undefined where the command cannot be told. */
export function loggedBpf(
  profile: Profile,
  { args }: LoggedCall,
  onUnknown: (name: UnknownBpfName) => void,
): LoggedBpf | undefined {
  const { vocabulary } = profile;
  const named = (kind: EnumKind, value: LoggedValue | undefined): number | undefined => {
    if (value?.kind !== 'word') return undefined;
    const number = numberOf(value) ?? resolveName(vocabulary, kind, value.word);
    if (number === undefined) onUnknown({ kind, word: value.word });
    return number === undefined ? undefined : number >>> 0;
  };
  const cmd = named('cmds', args[0]?.value);
  if (cmd === undefined) return undefined;
  const attr = args[1]?.value;
  const isDecoded = attr?.kind === 'struct';
  const { fields, isPartial } = attributesOf(attr);
  const size = numberOf(args[2]?.value);
  const name = vocabulary.nameOf('cmds', cmd);
  const flagNames = name === 'prog_load' ? PROG_FLAG_NAMES : FLAG_NAMES;
  const places = TOKEN_FIELDS[name];
  const flagsValue = places && fieldOf(fields, places.flags);
  const flags = flagsValue ? flagBits(flagsValue, flagNames).bits : undefined;
  const common = { cmd, size, isUndecoded: !isDecoded };
  return {
    ...common,
    type: named(...typeOf(name, fields)) ?? 0,
    attachType: named('attach_types', fieldOf(fields, 'expected_attach_type') ?? fieldOf(fields, 'attach_type')) ?? 0,
    insnCnt: Math.max(0, numberOf(fieldOf(fields, 'insn_cnt')) ?? 1) >>> 0,
    flags,
    ...tokenOf({ fields, isPartial: isPartial || !isDecoded, places, flags, size }),
    bpffs: name === 'token_create' ? (fdOf(fieldOf(fields, 'bpffs_fd')) ?? { kind: 'hidden' }) : undefined,
    fd: firstNumber(fields, ['attach_bpf_fd', 'prog_fd', 'bpf_fd']),
    name: nameOf(fields),
    kernel: kernelVersion(fieldOf(fields, 'kern_version')),
    numbers: numbersOf(fields),
  };
}

/** Fields of the attributes; those of a structure that stands for the command (`token_create={…}`) are among them. */
function attributesOf(attr: LoggedValue | undefined): { fields: readonly LoggedField[]; isPartial: boolean } {
  if (attr?.kind !== 'struct') return { fields: [], isPartial: false };
  const inner = attr.fields.flatMap(({ value }) => (value.kind === 'struct' ? [value] : []));
  return {
    fields: [...attr.fields, ...inner.flatMap(({ fields }) => fields)],
    isPartial: attr.isPartial || inner.some(({ isPartial }) => isPartial),
  };
}

function typeOf(command: string, fields: readonly LoggedField[]): [EnumKind, LoggedValue | undefined] {
  if (command === 'map_create') return ['map_types', fieldOf(fields, 'map_type')];
  return ['prog_types', fieldOf(fields, 'prog_type')];
}

interface TokenPlace {
  readonly fields: readonly LoggedField[];
  readonly isPartial: boolean;
  readonly places: (typeof TOKEN_FIELDS)[string] | undefined;
  readonly flags: number | undefined;
  readonly size: number | undefined;
}

/** The token of a call: without BPF_F_TOKEN_FD a call carries none, whatever the field holds. */
function tokenOf({ fields, isPartial, places, flags, size }: TokenPlace): Pick<LoggedBpf, 'token' | 'unreadTokenFd'> {
  if (!places) return { token: undefined, unreadTokenFd: undefined };
  const shown = fdOf(fieldOf(fields, places.fd));
  // strace prints `...` where what it has no name for is not zero.
  const mayHide = isPartial && (size === undefined || size >= places.end);
  const carries = flags === undefined ? mayHide : (flags & BPF_F_TOKEN_FD) !== 0;
  if (!carries) {
    const fd = shown?.kind === 'shown' && shown.fd !== 0 ? shown.fd : undefined;
    return { token: undefined, unreadTokenFd: fd };
  }
  // A field past the end of the attributes is 0 to the kernel.
  const absent: LoggedFd = mayHide ? { kind: 'hidden' } : { kind: 'shown', fd: 0, path: undefined };
  return { token: shown ?? absent, unreadTokenFd: undefined };
}

/** A descriptor with its path; undefined where the value is none. */
export function fdOf(value: LoggedValue | undefined): Extract<LoggedFd, { kind: 'shown' }> | undefined {
  const fd = numberOf(value);
  if (fd === undefined || value?.kind !== 'word') return undefined;
  return { kind: 'shown', fd, path: value.path };
}

function firstNumber(fields: readonly LoggedField[], names: readonly string[]): number | undefined {
  for (const name of names) {
    const number = numberOf(fieldOf(fields, name));
    if (number !== undefined) return number;
  }
  return undefined;
}

function nameOf(fields: readonly LoggedField[]): string {
  const name = fieldOf(fields, 'prog_name') ?? fieldOf(fields, 'map_name');
  return name?.kind === 'text' ? name.text : '';
}

function numbersOf(fields: readonly LoggedField[]): Readonly<Record<string, number>> {
  const numbers: Record<string, number> = {};
  for (const { name, value } of fields) {
    const number = name === undefined ? undefined : numberOf(value);
    if (name !== undefined && number !== undefined && NUMBERS.has(name)) numbers[name] = number;
  }
  return numbers;
}

const NUMBERS = new Set([
  'key_size',
  'value_size',
  'max_entries',
  'btf_size',
  'func_info_cnt',
  'log_level',
  'prog_btf_fd',
  'btf_fd',
]);
