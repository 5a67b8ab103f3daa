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
  [Outcome.CREATE_LSM_REFUSED]: 'EACCES',
  [Outcome.FD_EBADF]: 'EBADF',
  [Outcome.NOT_BPFFS_ROOT]: 'EINVAL',
  [Outcome.LSM_REFUSED_CAPABLE_EINVAL]: 'EINVAL',
  [Outcome.HELPER_NOT_OFFERED]: 'EINVAL',
  // Each liberty has its own: Trace.withheld has that of the one that decided, and so has a Decision.
  [Outcome.LIBERTY_NOT_GRANTED]: null,
};

/** Every verdict in a word: `undecided` asks more than the tables hold, `bad` is a request that cannot be made. */
export const VERDICT_WORDS = ['allowed', 'denied', 'undecided', 'bad'] as const;
export type VerdictWord = (typeof VERDICT_WORDS)[number];

export type OutcomeName = Lowercase<keyof typeof Outcome>;
export type DispositionName = Lowercase<keyof typeof Disposition>;
/** The names that reasons have in files, by code. */
export const OUTCOME_NAMES: readonly OutcomeName[] = namesOf<OutcomeName>(Outcome);
/** The names in files of what becomes of tokens, by code. */
export const DISPOSITION_NAMES: readonly DispositionName[] = namesOf<DispositionName>(Disposition);

/** Outcomes a verdict byte has room for. */
export const OUTCOMES: number = OUTCOME_MASK + 1;

/** A verdict byte taken apart. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly disposition: Disposition;
  /** The request goes on (ALLOWED, NO_PERMISSION_NEEDED). */
  readonly allowed: boolean;
  /** What bpf() returns where it fails; null where it does not, where the request cannot be made, and for LIBERTY_NOT_GRANTED. */
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
  return isAllowed(outcome) || outcome === Outcome.LIBERTY_NOT_GRANTED || errnoOf(outcome) !== null;
}

/** The errno bpf() returns for an outcome, or null where it succeeds or cannot be made. An LSM may choose another one for BPF_TOKEN_CREATE. */
export function errnoOf(outcome: Outcome): ErrnoName | null {
  return ERRNO_OF[outcome];
}

/** Whether two verdict bytes are the same answer to bpf(): allowed, or the same errno. */
export function isSameAnswer(verdict: number, other: number): boolean {
  return answerOf(verdict & OUTCOME_MASK) === answerOf(other & OUTCOME_MASK);
}

function answerOf(outcome: Outcome): ErrnoName | 'allowed' | 'of the liberty' | null {
  if (isAllowed(outcome)) return 'allowed';
  return outcome === Outcome.LIBERTY_NOT_GRANTED ? 'of the liberty' : errnoOf(outcome);
}

/** Whether the kernel went on without the token: it does not permit the request, or the command takes none. */
export function isDropped(disposition: Disposition): boolean {
  return disposition >= Disposition.DROPPED_CMD && disposition <= Disposition.DROPPED_LSM;
}

/** What the verdict column says of a verdict byte. */
export function verdictWord(byte: number): VerdictWord {
  return wordOfOutcome(decodeVerdict(byte).outcome);
}

/** The same of an outcome. */
export function wordOfOutcome(outcome: Outcome): VerdictWord {
  if (isAllowed(outcome)) return 'allowed';
  if (isDecided(outcome)) return 'denied';
  return outcome === Outcome.UNDECIDED ? 'undecided' : 'bad';
}

/** `cap_bpf_missing`: the name a reason has in files. Throws an InvalidArgumentError for what is no Outcome. */
export function outcomeName(outcome: Outcome): OutcomeName {
  return nameIn(OUTCOME_NAMES, 'outcome', outcome);
}

/** `dropped_attach_type`: the name a disposition has in files. Throws an InvalidArgumentError for what is no Disposition. */
export function dispositionName(disposition: Disposition): DispositionName {
  return nameIn(DISPOSITION_NAMES, 'disposition', disposition);
}

/** Lower-case names of an enumeration whose codes count from 0. */
function namesOf<Name extends string>(enumeration: object): readonly Name[] {
  return Object.keys(enumeration)
    .filter((key) => !/^\d+$/.test(key))
    .map((name) => name.toLowerCase() as Name);
}

function nameIn<Name extends string>(names: readonly Name[], argument: string, code: number): Name {
  const name = isU32(code) ? names[code] : undefined;
  if (name === undefined) throw invalidArgument(argument, code, `the code of an ${argument}`.replace('an d', 'a d'));
  return name;
}

function invalidByte(given: unknown): InvalidArgumentError {
  return invalidArgument('byte', given, 'a verdict byte (0 to 255)');
}
