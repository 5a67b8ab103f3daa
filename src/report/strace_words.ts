import { MASK_ANY } from '../abi/bpf.js';
import { gateOf, takesToken } from '../kernel/commands.js';
import type { MaskName, Masks } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import { isDropped } from '../kernel/verdict.js';
import type { ExplainedCall, LogExplanation } from '../programs/strace/log_explanation.js';
import { maskNames } from './mask_text.js';
import { describeCall } from './request_text.js';
import { describeCause, describeDisposition, describeReason } from './verdict_text.js';

/** Bit 63 stands for what a bpffs delegates and the log does not show. */
const STANDS_IN = 1n << 63n;

/** A mask as a mount option has it; null for none. `isShown`: the log shows it. */
export function logMask(profile: Profile, mask: MaskName, masks: Readonly<Masks>, isShown: boolean): string | null {
  const bits = isShown || mask !== 'attachs' ? masks[mask] : masks[mask] & ~STANDS_IN;
  if (bits === 0n) return null;
  return bits === MASK_ANY ? 'any' : maskNames(profile, mask, bits).join(':');
}

/** `prog_load xdp (attach type xdp)`: what a call of a log asks for. */
export function loggedCallText(profile: Profile, { context, call }: ExplainedCall): string {
  if (context) return describeCall(context.world, context.request);
  return profile.vocabulary.nameOf('cmds', call.cmd);
}

/** Why the simulator answers as it does, in words; undefined where it was not asked. */
export function loggedCallReason(profile: Profile, answer: ExplainedCall): string | undefined {
  const { evaluation, descriptor, context } = answer;
  if (descriptor) return describeReason(descriptor.outcome);
  if (!evaluation || !context) return undefined;
  const cause = describeCause(profile, context.request, evaluation);
  const { disposition } = evaluation.verdict;
  if (evaluation.failedByDroppedToken || !isDropped(disposition)) return cause;
  return `${cause}; ${describeDisposition(profile, context.request, disposition)}`;
}

/** That a call carried no token, where it could have; undefined for every other one. */
export function withoutTokenText(profile: Profile, answer: ExplainedCall): string | undefined {
  if (!carriedNone(profile, answer)) return undefined;
  const { unreadTokenFd } = answer.call;
  const field = unreadTokenFd === undefined ? '' : `, so that descriptor ${unreadTokenFd} in its field was not read`;
  return `the call carried no token: its flags lack BPF_F_TOKEN_FD (0x10000)${field}; no delegation was consulted`;
}

/** Whether a call could carry a token and carried none. */
export function carriedNone({ vocabulary, rules }: Profile, { context, tokenOfCall }: ExplainedCall): boolean {
  if (tokenOfCall !== 'none' || !context) return false;
  const profile = { vocabulary, rules };
  return gateOf(profile, context.request.cmd).kind === 'token' && takesToken(profile, context.request);
}

/** What of a refused call’s bits the log leaves open, in words; undefined where nothing. */
export function unprovenText({ unproven }: ExplainedCall): string | undefined {
  if (unproven.length === 0) return undefined;
  const bits = unproven.map(({ mask, name }) => `${name} in delegate_${mask}`);
  return `the log does not show the masks, and no call proves ${bits.join(', ')}: at least one of these was missing, or a capability`;
}

/** That a token would have done, in words; undefined where none was in reach. */
export function delegatedText({ delegatedAt }: ExplainedCall): string | undefined {
  if (delegatedAt === undefined) return undefined;
  return `the bpffs at ${delegatedAt} delegates what it needs: a loader that makes a token there and passes it has what it asks`;
}

/** Calls by what became of them. */
export function logCounts({ profile, calls }: LogExplanation) {
  const of = (agreement: ExplainedCall['agreement']) => calls.filter((call) => call.agreement === agreement).length;
  return {
    calls: calls.length,
    refused: calls.filter(({ result }) => result.errno !== null).length,
    without_token: calls.filter((call) => carriedNone(profile, call)).length,
    agrees: of('agrees'),
    later: of('later'),
    earlier: of('earlier'),
    disagrees: of('disagrees'),
    not_compared: of('not_compared'),
  };
}
