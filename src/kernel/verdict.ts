import type { ErrnoName } from '../abi/errno.js';
import { DISPOSITION_SHIFT, Disposition, OUTCOME_MASK, Outcome } from '../abi/verdict.js';
import type { InvalidArgumentError } from '../errors.js';
import { invalidArgument } from './arguments.js';
import { isU32 } from './ranges.js';

/** What the bpf() call returns for an outcome: an errno name, or null where it succeeds or cannot be made at all. */
const ERRNO_OF: Readonly<Record<Outcome, ErrnoName | null>> = {
  [Outcome.ALLOWED]: null,
  [Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED]: 'EPERM',
  [Outcome.CAP_BPF_MISSING]: 'EPERM',
  [Outcome.CAP_NET_ADMIN_MISSING]: 'EPERM',
  [Outcome.CAP_PERFMON_MISSING]: 'EPERM',
  [Outcome.CAP_SYS_ADMIN_MISSING]: 'EPERM',
  [Outcome.LSM_REFUSED_CAPABLE]: 'EPERM',
  [Outcome.NO_PERMISSION_NEEDED]: null,
  [Outcome.TOKEN_EBADF]: 'EBADF',
  [Outcome.TOKEN_EINVAL]: 'EINVAL',
  [Outcome.TOKEN_NOT_TAKEN]: 'EINVAL',
  [Outcome.ATTR_EINVAL]: 'EINVAL',
  [Outcome.ATTR_E2BIG]: 'E2BIG',
  [Outcome.INSN_CNT_E2BIG]: 'E2BIG',
  [Outcome.UNKNOWN_CMD]: 'EINVAL',
  [Outcome.UNKNOWN_TYPE]: 'EINVAL',
  [Outcome.ATTACH_TYPE_MISMATCH]: 'EINVAL',
  [Outcome.ENOENT]: 'ENOENT',
  [Outcome.NO_SUCH_TASK]: null,
  [Outcome.NO_SUCH_TOKEN]: null,
  [Outcome.BAD_ROW]: null,
  [Outcome.CAP_NET_ADMIN_MISSING_EINVAL]: 'EINVAL',
  [Outcome.UNDECIDED]: null,
  [Outcome.CREATE_USERNS_MISMATCH]: 'EPERM',
  [Outcome.CREATE_IN_INIT_USERNS]: 'EOPNOTSUPP',
  [Outcome.CREATE_NO_DELEGATION]: 'ENOENT',
  [Outcome.CREATE_LSM_REFUSED]: 'EPERM',
  [Outcome.FD_EBADF]: 'EBADF',
  [Outcome.NOT_BPFFS_ROOT]: 'EINVAL',
  [Outcome.LSM_REFUSED_CAPABLE_EINVAL]: 'EINVAL',
};

/** Outcomes a verdict byte has room for. */
export const OUTCOMES: number = OUTCOME_MASK + 1;

/** A verdict byte taken apart. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly disposition: Disposition;
  /** The request goes on (ALLOWED, NO_PERMISSION_NEEDED). */
  readonly allowed: boolean;
  /** What bpf() returns where it fails; null where it does not, and where the request cannot be made. */
  readonly errno: ErrnoName | null;
}

/** Takes a verdict byte (0 to 255) apart. Throws an InvalidArgumentError for what is none. */
export function decodeVerdict(byte: number): Verdict {
  if (!isU32(byte) || byte > 255) throw invalidByte(byte);
  const outcome = (byte & OUTCOME_MASK) as Outcome;
  const disposition = (byte >> DISPOSITION_SHIFT) as Disposition;
  return { outcome, disposition, allowed: isAllowed(outcome), errno: errnoOf(outcome) };
}

/** Whether the request goes on: no check of the model refuses it. */
export function isAllowed(outcome: Outcome): boolean {
  return outcome === Outcome.ALLOWED || outcome === Outcome.NO_PERMISSION_NEEDED;
}

/** Whether the row said something a kernel could be asked. */
export function isDecided(outcome: Outcome): boolean {
  return isAllowed(outcome) || errnoOf(outcome) !== null;
}

/** The errno bpf() returns for an outcome, or null where it succeeds or cannot be made. An LSM may choose another one for BPF_TOKEN_CREATE. */
export function errnoOf(outcome: Outcome): ErrnoName | null {
  return ERRNO_OF[outcome];
}

/** Whether the kernel went on without the token: it does not permit the request, or the command takes none. */
export function isDropped(disposition: Disposition): boolean {
  return disposition >= Disposition.DROPPED_CMD && disposition <= Disposition.DROPPED_LSM;
}

/** What the verdict column says: `allowed`, `denied`, `bad` or `undecided`. */
export function verdictWord(byte: number): string {
  const { outcome, allowed } = decodeVerdict(byte);
  if (allowed) return 'allowed';
  if (isDecided(outcome)) return 'denied';
  return outcome === Outcome.UNDECIDED ? 'undecided' : 'bad';
}

/** `cap_bpf_missing`: the name a reason has in files. Throws an InvalidArgumentError for what is no Outcome. */
export function outcomeName(outcome: Outcome): string {
  return nameIn(Outcome, 'outcome', outcome);
}

/** `dropped_attach_type`: the name a disposition has in files. Throws an InvalidArgumentError for what is no Disposition. */
export function dispositionName(disposition: Disposition): string {
  return nameIn(Disposition, 'disposition', disposition);
}

function nameIn(names: Readonly<Record<number, string>>, argument: string, code: number): string {
  const name = isU32(code) ? names[code] : undefined;
  if (name === undefined) throw invalidArgument(argument, code, `the code of an ${argument}`.replace('an d', 'a d'));
  return name.toLowerCase();
}

function invalidByte(given: unknown): InvalidArgumentError {
  return invalidArgument('byte', given, 'a verdict byte (0 to 255)');
}
