import type { CausedEvaluation } from '../explain/evaluate.js';
import type { Explanation } from '../explain/explain.js';
import type { Remediation } from '../explain/remediate.js';
import { applyRemedy, type Remedy } from '../explain/remedy.js';
import type { RequestContext } from '../explain/request_context.js';
import { takesToken } from '../kernel/commands.js';
import { type Profile, profileNamed } from '../kernel/profile.js';
import { decodeVerdict, dispositionName, outcomeName, type Verdict } from '../kernel/verdict.js';
import type { Request } from '../kernel/world.js';
import type { Assumption } from '../request/assumptions.js';
import { nameRequest } from '../request/name_request.js';
import { assumptionJson, describeAssumedRemedies } from './assumption_text.js';
import { describeRemedy } from './remedy_text.js';
import { describeCause, describeDisposition, describeReason } from './verdict_text.js';

/** A verdict as JSON: `verdict` allowed or denied, `errno`, `reason`, `token`. */
export function verdictJson(verdict: Verdict): Record<string, unknown> {
  return {
    verdict: verdict.allowed ? 'allowed' : 'denied',
    errno: verdict.errno,
    reason: outcomeName(verdict.outcome),
    reason_text: describeReason(verdict.outcome),
    token: dispositionName(verdict.disposition),
  };
}

/** A single verdict as JSON, with the profile under which it was decided, and what the request was taken to ask: `assumed`. */
export function checkJson(
  { world, request }: RequestContext,
  evaluated: CausedEvaluation,
  assumptions: readonly Assumption[],
): Record<string, unknown> {
  const { profile } = world;
  const { verdict, failedByDroppedToken } = evaluated;
  return {
    profile: profile.name,
    request: nameRequest(world, request),
    assumed: assumptions.map(assumptionJson),
    ...verdictJson(verdict),
    ...tokenJson(profile, request, verdict),
    failed_by_dropped_token: failedByDroppedToken,
    because: describeCause(profile, request, evaluated),
  };
}

/** What became of a request's token in words, and whether a token can make a difference to it: `takes_token`. */
export function tokenJson(profile: Profile, request: Request, { disposition }: Verdict): Record<string, unknown> {
  return {
    token_text: describeDisposition(profile, request, disposition),
    takes_token: takesToken(profile, request),
  };
}

/** The whole explanation as JSON. */
export function explainJson(explanation: Explanation, assumptions: readonly Assumption[]): Record<string, unknown> {
  const { context, steps, advice, profiles, returned, askedIn } = explanation;
  return {
    ...checkJson(context, explanation, assumptions),
    returned,
    asked_in: askedIn ?? null,
    steps,
    advice: remediationJson(context, advice, assumptions),
    profiles: profiles.map(({ profile, verdict: byte, tokenImpossible, failedByDroppedToken }) => ({
      profile,
      ...verdictJson(decodeVerdict(byte)),
      ...tokenJson(profileNamed(profile), context.request, decodeVerdict(byte)),
      token_impossible: tokenImpossible,
      failed_by_dropped_token: failedByDroppedToken,
    })),
  };
}

function remediationJson(context: RequestContext, advice: Remediation, assumptions: readonly Assumption[]): object {
  let current = context;
  const remedyJson = (remedy: Remedy): object => {
    const words = describeRemedy(current, remedy);
    current = applyRemedy(current, remedy);
    return { ...remedy, ...words };
  };
  if (advice.possible) {
    const note = describeAssumedRemedies(assumptions, advice.changes);
    return { possible: true, changes: advice.changes.map(remedyJson), ...(note === undefined ? {} : { note }) };
  }
  const obstacles = advice.obstacles.map(({ outcome, errno, cleared }) => ({
    errno,
    reason: outcomeName(outcome),
    reason_text: describeReason(outcome),
    ...(cleared ? { cleared: remedyJson(cleared) } : {}),
  }));
  return { possible: false, why: advice.why, obstacles };
}
