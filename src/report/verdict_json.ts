import { takesToken } from '../kernel/commands.js';
import type { Profile } from '../kernel/profile.js';
import { decodeVerdict, dispositionName, outcomeName, type Verdict, wordOfOutcome } from '../kernel/verdict.js';
import type { Request } from '../kernel/world.js';
import type { TokenJson, VerdictJson, VerdictOfByteJson } from './schemas/verdict.js';
import { describeDisposition, describeReason } from './verdict_text.js';

/** A verdict as JSON: the same keys wherever there is one. */
export function verdictJson({ outcome, disposition, errno }: Verdict): VerdictJson {
  return {
    verdict: wordOfOutcome(outcome),
    errno,
    reason: outcomeName(outcome),
    reason_text: describeReason(outcome),
    token: dispositionName(disposition),
  };
}

/** A verdict byte as JSON. */
export function verdictOfByteJson(byte: number): VerdictOfByteJson {
  return { ...verdictJson(decodeVerdict(byte)), verdict_byte: byte };
}

/** What became of a request's token in words, and whether a token can make a difference to it: `takes_token`. */
export function tokenJson(profile: Profile, request: Request, { disposition }: Verdict): TokenJson {
  return {
    token_text: describeDisposition(profile, request, disposition),
    takes_token: takesToken(profile, request),
  };
}
