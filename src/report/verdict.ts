import type { ErrnoName } from '../abi/errno.js';
import { DISPOSITION_SHIFT, Disposition, OUTCOME_MASK, Outcome } from '../abi/verdict.js';

/** What the bpf() call returns for an outcome: an errno name, or null where it succeeds or cannot be made at all. */
const ERRNO_OF: Readonly<Record<Outcome, ErrnoName | null>> = {
  [Outcome.ALLOWED]: null,
  [Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED]: 'EPERM',
  [Outcome.CAP_BPF_MISSING]: 'EPERM',
  [Outcome.CAP_NET_ADMIN_MISSING]: 'EPERM',
  [Outcome.CAP_PERFMON_MISSING]: 'EPERM',
  [Outcome.CAP_SYS_ADMIN_MISSING]: 'EPERM',
  [Outcome.LSM_REFUSED_CAPABLE]: 'EPERM',
  [Outcome.DESCRIPTOR_DECIDES]: null,
  [Outcome.TOKEN_EBADF]: 'EBADF',
  [Outcome.TOKEN_EINVAL]: 'EINVAL',
  [Outcome.TOKEN_NOT_TAKEN]: 'EINVAL',
  [Outcome.ATTR_EINVAL]: 'EINVAL',
  [Outcome.ATTR_E2BIG]: 'E2BIG',
  [Outcome.INSN_CNT_E2BIG]: 'E2BIG',
  [Outcome.UNKNOWN_CMD]: 'EINVAL',
  [Outcome.UNKNOWN_TYPE]: 'EINVAL',
  [Outcome.ATTACH_TYPE_MISFIT]: 'EINVAL',
  [Outcome.ENOENT]: 'ENOENT',
  [Outcome.NO_SUCH_TASK]: null,
  [Outcome.NO_SUCH_TOKEN]: null,
  [Outcome.BAD_ROW]: null,
  [Outcome.CAP_NET_ADMIN_MISSING_EINVAL]: 'EINVAL',
  [Outcome.MODEL_ONLY]: null,
  [Outcome.CREATE_USERNS_MISMATCH]: 'EPERM',
  [Outcome.CREATE_IN_INIT_USERNS]: 'EOPNOTSUPP',
  [Outcome.CREATE_NO_DELEGATION]: 'ENOENT',
  [Outcome.CREATE_LSM_REFUSED]: 'EPERM',
  [Outcome.FD_EBADF]: 'EBADF',
  [Outcome.NOT_BPFFS_ROOT]: 'EINVAL',
  [Outcome.LSM_REFUSED_CAPABLE_EINVAL]: 'EINVAL',
};

const REASON: Readonly<Record<Outcome, string>> = {
  [Outcome.ALLOWED]: 'every permission check passed',
  [Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED]: 'CAP_BPF is missing while unprivileged BPF is disabled',
  [Outcome.CAP_BPF_MISSING]: 'CAP_BPF is missing',
  [Outcome.CAP_NET_ADMIN_MISSING]: 'CAP_NET_ADMIN is missing',
  [Outcome.CAP_PERFMON_MISSING]: 'CAP_PERFMON is missing',
  [Outcome.CAP_SYS_ADMIN_MISSING]: 'CAP_SYS_ADMIN is missing',
  [Outcome.LSM_REFUSED_CAPABLE]: 'an LSM refused the capability through this token',
  [Outcome.DESCRIPTOR_DECIDES]: 'no permission is asked: the descriptor decides',
  [Outcome.TOKEN_EBADF]: 'the token descriptor is not open',
  [Outcome.TOKEN_EINVAL]: 'the token descriptor is open and not a token',
  [Outcome.TOKEN_NOT_TAKEN]: 'the command takes no token',
  [Outcome.ATTR_EINVAL]: 'the attributes are not valid for the command',
  [Outcome.ATTR_E2BIG]: 'the attributes are larger than this kernel knows',
  [Outcome.INSN_CNT_E2BIG]: 'no instructions, or more than the caller may load',
  [Outcome.UNKNOWN_CMD]: 'this kernel has no such command',
  [Outcome.UNKNOWN_TYPE]: 'this kernel has no such map or program type',
  [Outcome.ATTACH_TYPE_MISFIT]: 'the attach type does not fit the program type',
  [Outcome.ENOENT]: 'there is nothing of that id',
  [Outcome.NO_SUCH_TASK]: 'there is no such task in this world',
  [Outcome.NO_SUCH_TOKEN]: 'there is no such token in this world',
  [Outcome.BAD_ROW]: 'the row could not be read',
  [Outcome.CAP_NET_ADMIN_MISSING_EINVAL]: 'CAP_NET_ADMIN is missing, which BPF_PROG_ATTACH returns as EINVAL',
  [Outcome.MODEL_ONLY]: 'BPF_TOKEN_CREATE depends on a bpffs descriptor, which the row does not name',
  [Outcome.CREATE_USERNS_MISMATCH]: 'the caller is not in the user namespace of the bpffs',
  [Outcome.CREATE_IN_INIT_USERNS]: 'no token can be made in the initial user namespace',
  [Outcome.CREATE_NO_DELEGATION]: 'the bpffs delegates nothing',
  [Outcome.CREATE_LSM_REFUSED]: 'an LSM refused to make the token',
  [Outcome.FD_EBADF]: 'the descriptor the command needs is not open',
  [Outcome.NOT_BPFFS_ROOT]: 'the descriptor is not the root of a bpffs',
  [Outcome.LSM_REFUSED_CAPABLE_EINVAL]:
    'an LSM refused the capability through this token, which BPF_PROG_ATTACH returns as EINVAL',
};

const TOKEN_WORDS: Readonly<Record<Disposition, string>> = {
  [Disposition.NONE_GIVEN]: 'no token was given',
  [Disposition.USED]: 'the token was used',
  [Disposition.DROPPED_CMD]: 'the token was dropped: it does not allow the command',
  [Disposition.DROPPED_TYPE]: 'the token was dropped: it does not allow the type',
  [Disposition.DROPPED_ATTACH_TYPE]: 'the token was dropped: it does not allow the attach type',
  [Disposition.DROPPED_USERNS]: 'the token was dropped: the caller is not in its user namespace',
  [Disposition.DROPPED_LSM]: 'the token was dropped: an LSM refuses it the command',
  [Disposition.UNUSABLE]: 'the token could not be used',
};

/** A verdict byte taken apart. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly disposition: Disposition;
  /** The request goes on (ALLOWED, DESCRIPTOR_DECIDES). */
  readonly allowed: boolean;
  /** What bpf() returns where it fails; null where it does not, and where the request cannot be made. */
  readonly errno: ErrnoName | null;
}

/** Takes a verdict byte (0 to 255) apart. */
export function decodeVerdict(byte: number): Verdict {
  const outcome = (byte & OUTCOME_MASK) as Outcome;
  const disposition = (byte >> DISPOSITION_SHIFT) as Disposition;
  return { outcome, disposition, allowed: isAllowed(outcome), errno: errnoOf(outcome) };
}

/** Whether the request goes on: no check of the model refuses it. */
export function isAllowed(outcome: Outcome): boolean {
  return outcome === Outcome.ALLOWED || outcome === Outcome.DESCRIPTOR_DECIDES;
}

/** Whether the row said something a kernel could be asked. */
export function isDecided(outcome: Outcome): boolean {
  return isAllowed(outcome) || errnoOf(outcome) !== null;
}

/** The errno bpf() returns for an outcome, or null where it succeeds or cannot be made. An LSM may choose another one for BPF_TOKEN_CREATE. */
export function errnoOf(outcome: Outcome): ErrnoName | null {
  return ERRNO_OF[outcome];
}

/** The reason in words, for a sentence. */
export function reasonText(outcome: Outcome): string {
  return REASON[outcome];
}

/** What became of the token, in words, for a sentence. */
export function dispositionText(disposition: Disposition): string {
  return TOKEN_WORDS[disposition];
}

/** `cap_bpf_missing`: the name a reason has in files. */
export function outcomeName(outcome: Outcome): string {
  return Outcome[outcome].toLowerCase();
}

/** `dropped_attach_type`: the name a disposition has in files. */
export function dispositionName(disposition: Disposition): string {
  return Disposition[disposition].toLowerCase();
}

/** The outcome of a name in a file, or undefined. */
export function outcomeNamed(name: string): Outcome | undefined {
  return Outcome[name.toUpperCase() as keyof typeof Outcome];
}

/** The disposition of a name in a file, or undefined. */
export function dispositionNamed(name: string): Disposition | undefined {
  return Disposition[name.toUpperCase() as keyof typeof Disposition];
}
