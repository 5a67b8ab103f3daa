import type { CausedEvaluation } from '../explain/evaluate.js';
import type { Explanation } from '../explain/explain.js';
import { applyRemedy } from '../explain/remedy.js';
import type { RequestContext } from '../explain/request_context.js';
import { takesToken } from '../kernel/commands.js';
import { type Profile, profileNamed } from '../kernel/profile.js';
import { decodeVerdict, dispositionName, outcomeName, type Verdict } from '../kernel/verdict.js';
import type { Request } from '../kernel/world.js';
import type { Assumption } from '../request/assumptions.js';
import { nameRequest } from '../request/name_request.js';
import { assumptionJson } from './assumption_text.js';
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
  let current = context;
  const changes = advice.possible
    ? advice.changes.map((change) => {
        const words = describeRemedy(current, change);
        current = applyRemedy(current, change);
        return { ...change, ...words };
      })
    : [];
  return {
    ...checkJson(context, explanation, assumptions),
    returned,
    asked_in: askedIn ?? null,
    steps,
    advice: advice.possible ? { possible: true, changes } : advice,
    profiles: profiles.map(({ profile, verdict: byte, tokenImpossible, failedByDroppedToken }) => ({
      profile,
      ...verdictJson(decodeVerdict(byte)),
      ...tokenJson(profileNamed(profile), context.request, decodeVerdict(byte)),
      token_impossible: tokenImpossible,
      failed_by_dropped_token: failedByDroppedToken,
    })),
  };
}
