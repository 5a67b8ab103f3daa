import type { CausedEvaluation } from '../explain/evaluate.js';
import type { Explanation } from '../explain/explain.js';
import type { Remediation } from '../explain/remediate.js';
import { applyRemedy, type Remedy } from '../explain/remedy.js';
import type { RequestContext } from '../explain/request_context.js';
import { capName } from '../kernel/capability.js';
import { profileNamed } from '../kernel/profile.js';
import { decodeVerdict, outcomeName } from '../kernel/verdict.js';
import type { Withheld } from '../kernel/verifier/withheld.js';
import type { Assumption } from '../request/assumptions.js';
import { describeAssumedRemedies } from './assumption_text.js';
import { remedyJson } from './remedy_json.js';
import { assumptionJson, requestJson } from './request_json.js';
import type { CheckAnswerJson, CheckJson, WithheldJson } from './schemas/check.js';
import type { AdviceJson, ExplainJson } from './schemas/explain.js';
import type { RemedyJson } from './schemas/remedy.js';
import type { WarningJson } from './schemas/request.js';
import { tokenJson, verdictJson } from './verdict_json.js';
import { describeCause, describeReason } from './verdict_text.js';

/** What is said of a request besides its answer. */
export interface RequestRemarks {
  readonly assumptions: readonly Assumption[];
  readonly warnings: readonly WarningJson[];
}

/** A single verdict as JSON. `newestDiffers`: the newest kernel answers otherwise. */
export function checkJson(
  context: RequestContext,
  evaluated: CausedEvaluation,
  remarks: RequestRemarks,
  newestDiffers: boolean,
): CheckJson {
  return {
    schema: 'bpf-token-sim/check/1',
    ...answerJson(context, evaluated, remarks),
    newest_profile_differs: newestDiffers,
  };
}

/** The whole explanation as JSON. */
export function explainJson(explanation: Explanation, remarks: RequestRemarks): ExplainJson {
  const { context, steps, advice, profiles, returned, askedIn } = explanation;
  return {
    schema: 'bpf-token-sim/explain/1',
    ...answerJson(context, explanation, remarks),
    returned,
    asked_in: askedIn ?? null,
    steps,
    advice: remediationJson(context, advice, remarks.assumptions),
    profiles: profiles.map(({ profile, verdict: byte, errno, tokenImpossible, failedByDroppedToken }) => ({
      profile,
      ...verdictJson({ ...decodeVerdict(byte), errno }),
      ...tokenJson(profileNamed(profile), context.request, decodeVerdict(byte)),
      token_impossible: tokenImpossible,
      failed_by_dropped_token: failedByDroppedToken,
    })),
  };
}

function answerJson(
  { world, request }: RequestContext,
  evaluated: CausedEvaluation,
  { assumptions, warnings }: RequestRemarks,
): CheckAnswerJson {
  const { profile } = world;
  const { verdict, failedByDroppedToken } = evaluated;
  return {
    profile: profile.name,
    request: requestJson(world, request),
    assumed: assumptions.map(assumptionJson),
    ...verdictJson(verdict),
    ...tokenJson(profile, request, verdict),
    failed_by_dropped_token: failedByDroppedToken,
    withheld: withheldJson(evaluated.withheld),
    because: describeCause(profile, request, evaluated),
    warnings,
  };
}

/** What would make a request pass, as JSON. */
export function remediationJson(
  context: RequestContext,
  advice: Remediation,
  assumptions: readonly Assumption[],
): AdviceJson {
  let current = context;
  const next = (remedy: Remedy): RemedyJson => {
    const json = remedyJson(current, remedy);
    current = applyRemedy(current, remedy);
    return json;
  };
  if (advice.possible) {
    const note = describeAssumedRemedies(assumptions, advice.changes) ?? null;
    return { possible: true, changes: advice.changes.map(next), note, why: null, obstacles: [] };
  }
  const obstacles = advice.obstacles.map(({ outcome, errno, cleared }) => ({
    errno,
    reason: outcomeName(outcome),
    reason_text: describeReason(outcome),
    cleared: cleared ? next(cleared) : null,
  }));
  return { possible: false, changes: [], note: null, why: advice.why, obstacles };
}

function withheldJson(withheld: Withheld | undefined): WithheldJson | null {
  if (!withheld) return null;
  const { kind, name, refusal, missing } = withheld;
  const capability = missing ? capName(missing.cap) : null;
  return { kind, name, refusal, capability, asked_in: missing?.userns ?? null };
}
