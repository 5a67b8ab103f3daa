import type { UnprivilegedBpfDisabled } from '../kernel/context.js';
import type { Masks } from '../kernel/masks.js';
import type { IdRange } from '../kernel/userns.js';
import type { WrittenRule } from '../names/allow_rule.js';

export const FAMILIES = ['use', 'token_create', 'mount_options', 'lsm', 'helpers', 'liberties', 'selinux'] as const;
export type Family = (typeof FAMILIES)[number];

/** The content of a command's token descriptor field, and whether its flag is set. */
export const TOKEN_FDS = [
  'none',
  'token',
  'flag_unset_fd_set',
  'closed',
  'negative',
  'not_token_devnull',
  'not_token_bpffs_dir',
  'not_token_map',
  'opath_token',
  'flag_set_fd0',
] as const;
export type TokenFd = (typeof TOKEN_FDS)[number];

/** The one difference of a call from plain, valid attributes. */
export const VARIANTS = [
  'plain',
  'attr_tail_nonzero',
  'attr_nonzero_past_union',
  'map_zero_seed',
  'map_bad_key_size',
  'map_rdonly_wronly',
  'map_unknown_flag',
  'map_extra',
  'prog_insn_cnt_0',
  'prog_unknown_flag',
  'prog_5000_insns',
  'prog_attach_btf_id',
  'btf_bad_magic',
  'btf_unknown_flag',
  'id_missing',
  'id_start_max',
] as const;
export type Variant = (typeof VARIANTS)[number];

export const HOOKS = ['bpf_token_create', 'bpf_token_cmd', 'bpf_token_capable'] as const;

/** Credentials of `mount_options`, by their names in the format. */
export const CREDENTIALS = [
  'init_root',
  'ns_root',
  'ns_root_nocap',
  'init_nocap',
  'init_only_sysadmin',
  'init_all_but_sysadmin',
  'init_nsowner_nocap',
  'childns_root',
] as const;
export type Credential = (typeof CREDENTIALS)[number];

/** The errno of a call that failed in a recording without error numbers. */
export const ANY_ERRNO = -1;

/** The result of a system call. */
export interface CallResult {
  readonly ok: boolean;
  /** 0 for success, ANY_ERRNO for an unknown error. */
  readonly errno: number;
  /** The error's name, where the recording has it. */
  readonly error: string | null;
}

export interface Namespace {
  readonly name: string;
  /** Null for the initial one. */
  readonly parent: string | null;
  /** Global uid. */
  readonly owner: number;
  /** Where the recording has them. */
  readonly uidMap?: readonly IdRange[];
  readonly gidMap?: readonly IdRange[];
}

/** The namespaces of a case, each after its parent, the initial one first. */
export type Tree = readonly Namespace[];

export interface Caller {
  readonly ns: string;
  /** Global uid. */
  readonly euid: number;
  readonly effective: bigint;
}

export interface RecordedToken {
  readonly ns: string;
  readonly allowed: Readonly<Masks>;
}

export interface RecordedBpffs {
  readonly ns: string;
  /** Permission bits; undefined where the recording has none. */
  readonly mode: number | undefined;
  readonly delegate: Readonly<Masks>;
}

/** A BPF LSM program while the call was made. */
export interface LsmProgram {
  readonly hook: (typeof HOOKS)[number];
  readonly returns: number;
  /** It denies only where the hook's second argument is this; null: always. */
  readonly onlyIfArg: number | null;
}

/** SELinux while the call was made. */
export interface RecordedSelinux {
  /** Which policy of the recording, by number. Records of one policy have rules that do not contradict. */
  readonly policy: number;
  readonly bpfTokenPerms: boolean;
  /** The caller's domain. */
  readonly caller: string;
  /** The domain that created the bpffs of the token, or the bpffs to make one from; null without any. */
  readonly grantor: string | null;
  /** The allow rules between the two domains. */
  readonly rules: readonly WrittenRule[];
}

interface Common {
  /** From 1. */
  readonly line: number;
  /** `uname -r`. */
  readonly kernel: string;
  readonly case: string;
  readonly sysctl: UnprivilegedBpfDisabled;
  readonly tree: Tree;
}

/** One bpf() call; of family `lsm` with a BPF LSM program attached, of `selinux` under a policy. */
export interface UseRecord extends Common {
  readonly family: 'use' | 'lsm' | 'selinux';
  readonly caller: Caller;
  readonly token: RecordedToken | null;
  readonly cmd: number;
  /** Map type or program type, by command. */
  readonly type: number;
  readonly attachType: number;
  readonly tokenFd: TokenFd;
  readonly variant: Variant;
  readonly lsm: LsmProgram | null;
  readonly selinux: RecordedSelinux | null;
  readonly result: CallResult;
}

/** The masks fdinfo shows, as text; info's are numbers. Null: the kernel has none to show. */
export interface TokenShown {
  readonly fdinfo: Readonly<Record<string, string>> | null;
  readonly info: Readonly<Masks> | null;
}

/** One BPF_TOKEN_CREATE. */
export interface TokenCreateRecord extends Common {
  readonly family: 'token_create' | 'lsm' | 'selinux';
  readonly caller: Caller;
  /** Null where the descriptor is of something else. */
  readonly bpffs: RecordedBpffs | null;
  readonly fdKind: string;
  readonly flags: number;
  readonly attrSize: number;
  readonly nonzeroByteAt: number | null;
  readonly lsm: LsmProgram | null;
  readonly selinux: RecordedSelinux | null;
  readonly result: CallResult;
  /** Undefined where the recording has no value. */
  readonly shown: Partial<TokenShown>;
}

/** One fsconfig() call. */
export interface RecordedStep {
  readonly by: Credential;
  readonly op: 'set_string' | 'set_flag' | 'create' | 'reconfigure';
  readonly key: string | null;
  readonly value: string | null;
  /** Null where the recording has no value. */
  readonly result: CallResult | null;
}

/** A call and its caller. */
export interface CallBy {
  readonly by: Credential;
  readonly result: CallResult;
}

/** The mount of a bpffs: options, callers and results. */
export interface MountRecord extends Common {
  readonly family: 'mount_options';
  readonly opener: Credential;
  /** The user namespace of the instance. */
  readonly sbUserns: string;
  /** Null where the recording has no value. */
  readonly fsopen: CallResult | null;
  /** Calls of the mount API in order; null for mount(2). Those before a reconfiguration made the instance. */
  readonly steps: readonly RecordedStep[] | null;
  /** Options of mount(2). */
  readonly data: string | null;
  /** Options set to reconfigure the instance, and the reconfiguration. */
  readonly set: readonly RecordedStep[] | null;
  readonly reconfigure: CallBy | null;
  /** Whether the instance was created; null where the recording has no value. */
  readonly created: boolean | null;
  /** fsmount(), or mount(2); null where it was not called or not recorded. */
  readonly mount: CallBy | null;
  /** Super options in mountinfo; null where nothing was mounted. */
  readonly options: string | null;
  readonly source: string | null;
  /** BPF_TOKEN_CREATE by root of the instance's namespace. */
  readonly token: (CallResult & Partial<TokenShown>) | null;
}

/** Who loads a program. */
export interface ProgramLoader {
  /** A user namespace below the initial one, or the initial one. */
  readonly isInit: boolean;
  /** Bit n: capability n is effective there. */
  readonly effective: bigint;
  /** Whether a token that allows everything was used; it belongs to the same user namespace. */
  readonly hasToken: boolean;
}

interface ProgramCommon {
  /** From 1. */
  readonly line: number;
  /** `uname -r`. */
  readonly kernel: string;
  readonly case: string;
  readonly sysctl: UnprivilegedBpfDisabled;
  readonly progType: number;
  readonly loader: ProgramLoader;
}

/** Which helpers a program is offered. */
export interface HelpersRecord extends ProgramCommon {
  readonly family: 'helpers';
  readonly attachType: number;
  readonly target: string | null;
  readonly isSleepable: boolean;
  readonly isGpl: boolean;
  /** Whether the program loads without a call; where it does not, the lists are empty. */
  readonly loads: boolean;
  readonly permitted: readonly number[];
  readonly refused: readonly number[];
  /** Of the permitted, those that a later check stops. */
  readonly gplRestricted: readonly number[];
  readonly targetDisallows: readonly number[];
  readonly needsSleepable: readonly number[];
}

/** Whether the verifier accepts a program that needs something of it. */
export interface LibertyRecord extends ProgramCommon {
  readonly family: 'liberties';
  readonly test: string;
  readonly hasMitigations: boolean;
  readonly result: CallResult;
}

export type ProgramRecord = HelpersRecord | LibertyRecord;

export type RecordedCase = UseRecord | TokenCreateRecord | MountRecord | ProgramRecord;

/** Whether it is a BPF_TOKEN_CREATE, of whatever family. */
export function isTokenCreate(record: RecordedCase): record is TokenCreateRecord {
  return 'fdKind' in record;
}

/** Whether it is of a program that the verifier was asked about. */
export function isProgram(record: RecordedCase): record is ProgramRecord {
  return record.family === 'helpers' || record.family === 'liberties';
}

export function isMount(record: RecordedCase): record is MountRecord {
  return record.family === 'mount_options';
}
