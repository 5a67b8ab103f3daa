import { Disposition, Outcome } from '../abi/verdict.js';
import { capName } from '../kernel/capability.js';
import { gateOf, takesToken, tokenRouteOf } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import { decodeVerdict, isDecided, isDropped, outcomeName, type Verdict } from '../kernel/verdict.js';
import { LIBERTY_RULES, type LibertyName } from '../kernel/verifier/liberties.js';
import type { Withheld } from '../kernel/verifier/withheld.js';
import type { Request } from '../kernel/world.js';

const REASON: Readonly<Record<Outcome, string>> = {
  [Outcome.ALLOWED]: 'every permission check passed',
  [Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED]: 'CAP_BPF is missing while unprivileged BPF is disabled',
  [Outcome.CAP_BPF_MISSING]: 'CAP_BPF is missing',
  [Outcome.CAP_NET_ADMIN_MISSING]: 'CAP_NET_ADMIN is missing',
  [Outcome.CAP_PERFMON_MISSING]: 'CAP_PERFMON is missing',
  [Outcome.CAP_SYS_ADMIN_MISSING]: 'CAP_SYS_ADMIN is missing',
  [Outcome.LSM_REFUSED_CAPABLE]: 'an LSM refused the capability through this token',
  [Outcome.NO_PERMISSION_NEEDED]: 'no permission is asked: the descriptor decides',
  [Outcome.TOKEN_EBADF]: 'the token descriptor is not open',
  [Outcome.TOKEN_EINVAL]: 'the token descriptor is open and not a token',
  [Outcome.TOKEN_NOT_TAKEN]: 'the command takes no token',
  [Outcome.ATTR_EINVAL]: 'the attributes are not valid for the command',
  [Outcome.ATTR_E2BIG]: 'the attributes are larger than this kernel knows',
  [Outcome.INSN_CNT_E2BIG]: 'no instructions, or more than the caller may load',
  [Outcome.UNKNOWN_CMD]: 'this kernel has no such command',
  [Outcome.UNKNOWN_TYPE]: 'this kernel has no such map or program type',
  [Outcome.ATTACH_TYPE_MISMATCH]: 'the attach type does not fit the program type',
  [Outcome.ENOENT]: 'there is nothing of that id',
  [Outcome.NO_SUCH_TASK]: 'there is no such task in this world',
  [Outcome.NO_SUCH_TOKEN]: 'there is no such token in this world',
  [Outcome.BAD_ROW]: 'the row could not be read',
  [Outcome.CAP_NET_ADMIN_MISSING_EINVAL]: 'CAP_NET_ADMIN is missing, which BPF_PROG_ATTACH returns as EINVAL',
  [Outcome.UNDECIDED]: 'BPF_TOKEN_CREATE depends on a bpffs descriptor, which the row does not name',
  [Outcome.CREATE_USERNS_MISMATCH]: 'the caller is not in the user namespace of the bpffs',
  [Outcome.CREATE_IN_INIT_USERNS]: 'no token can be made in the initial user namespace',
  [Outcome.CREATE_NO_DELEGATION]: 'the bpffs delegates nothing',
  [Outcome.CREATE_LSM_REFUSED]: 'an LSM refused to make the token, the map or the program',
  [Outcome.FD_EBADF]: 'the descriptor the command needs is not open',
  [Outcome.NOT_BPFFS_ROOT]: 'the descriptor is not the root of a bpffs',
  [Outcome.LSM_REFUSED_CAPABLE_EINVAL]:
    'an LSM refused the capability through this token, which BPF_PROG_ATTACH returns as EINVAL',
  [Outcome.HELPER_NOT_OFFERED]: 'the verifier does not offer the program a helper that it calls',
  [Outcome.LIBERTY_NOT_GRANTED]: 'the verifier does not grant the program a liberty that it takes',
};

const TOKEN_SENTENCES: Readonly<Record<Disposition, string>> = {
  [Disposition.NONE_GIVEN]: 'no token was given',
  [Disposition.USED]: 'the token was used',
  [Disposition.DROPPED_CMD]: 'the token was dropped: the command takes none, or the token does not allow it',
  [Disposition.DROPPED_TYPE]: 'the token was dropped: it does not allow the type',
  [Disposition.DROPPED_ATTACH_TYPE]: 'the token was dropped: it does not allow the attach type',
  [Disposition.DROPPED_USERNS]: 'the token was dropped: the caller is not in its user namespace',
  [Disposition.DROPPED_LSM]: 'the token was dropped: an LSM refuses it the command',
  [Disposition.UNUSABLE]: 'the token could not be used',
};

/** The reason in words, for a sentence. */
export function describeReason(outcome: Outcome): string {
  return REASON[outcome];
}

/** `allowed`, or `EPERM (cap_bpf_missing)`. */
export function formatVerdict(byte: number): string {
  const { allowed, errno, outcome } = decodeVerdict(byte);
  return allowed ? 'allowed' : `${errno ?? (isDecided(outcome) ? 'denied' : 'no answer')} (${outcomeName(outcome)})`;
}

/** What became of the token, in words, for a sentence about requests of several commands. */
export function dispositionText(disposition: Disposition): string {
  return TOKEN_SENTENCES[disposition];
}

/** What became of the token of a request to a kernel, in words, for a sentence. */
export function describeDisposition(
  profile: Profile,
  request: Pick<Request, 'cmd' | 'type'>,
  disposition: Disposition,
): string {
  if (!isDropped(disposition)) return TOKEN_SENTENCES[disposition];
  if (!takesToken(profile, request)) return describeUntakenToken(profile, request);
  const sentence =
    disposition === Disposition.DROPPED_CMD
      ? 'the token was dropped: it does not allow the command'
      : TOKEN_SENTENCES[disposition];
  if (tokenRouteOf(profile, request) === 'call' || disposition === Disposition.DROPPED_USERNS) return sentence;
  return sentence
    .replace('was dropped:', 'was dropped when the program was loaded:')
    .replace('the command', 'prog_load');
}

/** A verdict and what it came of, as far as words for it go. */
export interface Cause {
  readonly verdict: Verdict;
  readonly failedByDroppedToken: boolean;
  /** The user namespace in which the capability that decided was asked. */
  readonly askedIn?: string;
  /** What the verifier withheld from the program. */
  readonly withheld?: Withheld;
}

/**
 * Why a request got its verdict, in words, the cause first: a token that was dropped comes before the capability that the caller
 * then lacked in the initial user namespace, which it may well have in its own.
 */
export function describeCause(profile: Profile, request: Pick<Request, 'cmd' | 'type'>, cause: Cause): string {
  const { verdict, failedByDroppedToken, askedIn, withheld } = cause;
  const reason = withheld ? describeWithheld(profile, request, withheld) : describeReason(verdict.outcome);
  const where = askedIn === undefined ? '' : ` (asked in userns ${askedIn})`;
  if (!failedByDroppedToken) return `${reason}${where}`;
  return `${describeDisposition(profile, request, verdict.disposition)}; without it, ${reason}${where}`;
}

/** What the verifier withholds from a program, and why, in words, for a sentence. */
export function describeWithheld(
  { vocabulary }: Profile,
  { type }: Pick<Request, 'type'>,
  { kind, name, refusal, missing }: Withheld,
): string {
  const what =
    kind === 'helper'
      ? `the verifier does not offer the program the helper ${name}`
      : `the verifier does not grant the program ${name} (${LIBERTY_RULES[name as LibertyName].about})`;
  switch (refusal) {
    case 'capability':
      return `${what}: ${missing ? capName(missing.cap) : 'a capability'} is missing`;
    case 'not_of_this_type':
      return `${what}: no program of type ${vocabulary.nameOf('prog_types', type)} has it`;
    case 'needs_gpl':
      return `${what}: it is for programs under a licence compatible with the GPL`;
    case 'might_sleep':
      return `${what}: the helper sleeps, and the program is not loaded as one that may`;
    case 'target_disallows':
      return `${what}: what it attaches to disallows it`;
  }
}

/** The same with what became of the token, where that is not the cause. */
export function describeCauseAndToken(profile: Profile, request: Pick<Request, 'cmd' | 'type'>, cause: Cause): string {
  const { verdict, failedByDroppedToken } = cause;
  const why = describeCause(profile, request, cause);
  if (failedByDroppedToken || verdict.disposition === Disposition.NONE_GIVEN) return why;
  return `${why}; ${describeDisposition(profile, request, verdict.disposition)}`;
}

function describeUntakenToken({ vocabulary, rules }: Profile, { cmd }: Pick<Request, 'cmd'>): string {
  if (gateOf({ vocabulary }, cmd).kind === 'attach') {
    return 'the call takes no token, and the one that the program was loaded with counts for cgroup_skb programs alone';
  }
  if (vocabulary.nameOf('cmds', cmd) === 'obj_get_info_by_fd' && rules.token_info) {
    return 'the command takes no token: it can describe one, for which no permission is asked';
  }
  return 'the command takes no token: the one given changes nothing';
}
