import { Fault } from '../abi/verdict.js';
import type { UnprivilegedBpfDisabled } from './context.js';
import type { TokenDenials } from './denials.js';
import type { Masks } from './masks.js';
import type { BpffsOptions } from './mount_options.js';
import type { Profile } from './profile.js';
import type { SelinuxSpec } from './selinux.js';
import type { ProgramNeeds, ProgramSpec } from './verifier/program_needs.js';

/** Most tasks, and most tokens, one world holds: ids are 16 bits wide and the last one means none. */
export const MAX_IDS = 0xffff;
/** A request without a token. */
export const NO_TOKEN = 0xffff;

/** A user namespace. Entry 0 of a world is the initial one; a parent comes before its children. */
export interface UsernsSpec {
  readonly name: string;
  /** Index of the parent; the initial one is its own. */
  readonly parent: number;
  /** Global uid of the owner. */
  readonly owner: number;
}

export interface TaskSpec {
  readonly name: string;
  readonly userns: number;
  /** Global uid. */
  readonly euid: number;
  /** Effective capabilities, bit n for capability n. */
  readonly effective: bigint;
  /** Index of its domain, where the world has SELinux; 0, unconfined, where it is not given. */
  readonly domain?: number;
}

export interface BpffsSpec {
  readonly name: string;
  readonly userns: number;
  readonly options: BpffsOptions;
  readonly denials: TokenDenials;
  /** The errno an LSM refuses BPF_TOKEN_CREATE with here; 0 for none. */
  readonly lsmCreateErrno: number;
  /** Index of the domain that created it, as TaskSpec's. */
  readonly domain?: number;
}

export interface TokenSpec {
  readonly name: string;
  readonly userns: number;
  readonly allowed: Readonly<Masks>;
  readonly denials: TokenDenials;
  /** Index of the bpffs it was made from, where the world says. */
  readonly bpffs?: number;
  /** Index of the domain that created its bpffs, as TaskSpec's. */
  readonly grantor?: number;
}

/** Everything a scenario or a generator describes, as plain data. */
export interface World {
  readonly profile: Profile;
  readonly unprivilegedBpfDisabled: UnprivilegedBpfDisabled;
  /** SELinux, where it is active. */
  readonly selinux?: SelinuxSpec;
  readonly userns: readonly UsernsSpec[];
  readonly bpffs: readonly BpffsSpec[];
  readonly tasks: readonly TaskSpec[];
  readonly tokens: readonly TokenSpec[];
  /** Programs that requests load by name. Absent: none. */
  readonly programs?: readonly ProgramSpec[];
  /** Whether the kernel was booted with mitigations of Spectre. Absent: it was. */
  readonly hasMitigations?: boolean;
}

/** What requests name of a world: enough to read and write them, not to decide. Every World is one. */
export interface WorldNames {
  readonly profile: Profile;
  readonly tasks: readonly NamedId[];
  readonly tokens: readonly NamedId[];
  readonly programs?: readonly ProgramSpec[];
}

/** A task or a token, whose index is its id. */
interface NamedId {
  readonly name: string;
  readonly userns: number;
}

/** One bpf() call by one task with one token or none. Numbers as the kernel has them. */
export interface Request {
  readonly task: number;
  /** Index of a token, or NO_TOKEN. For PROG_ATTACH and LINK_CREATE: the token the program was loaded with. */
  readonly token: number;
  readonly cmd: number;
  /** Map type for MAP_CREATE, program type for PROG_LOAD, PROG_ATTACH and LINK_CREATE; else ignored. */
  readonly type: number;
  readonly attachType: number;
  readonly insnCnt: number;
  readonly pre: Fault;
  /** BPF_TOKEN_CREATE: index of the bpffs whose root the descriptor is. Without it the command cannot be decided. */
  readonly bpffs?: number;
  /** MAP_CREATE: further bits of map_flags. Only the model reads them: a request with any is not for the hot path. */
  readonly mapFlags?: number;
  /** PROG_LOAD: what the program needs of the verifier. Without it only the permission to load is decided. */
  readonly program?: ProgramNeeds;
}

/** A request with every optional field at its default: no token, one instruction, nothing wrong. */
export function requestOf(fields: Partial<Request> & Pick<Request, 'task' | 'cmd'>): Request {
  return { token: NO_TOKEN, type: 0, attachType: 0, insnCnt: 1, pre: Fault.NONE, ...fields };
}
