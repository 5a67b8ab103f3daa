import { type ClaimResult, checkClaim } from './claims.js';
import { everyRequest, outsideOf } from './pattern_sets.js';
import type { Policy } from './policy.js';
import { diffPolicies, type PolicyDiff } from './policy_diff.js';
import type { RequestPattern } from './request_pattern.js';

/** A change from one world to another, beside what is intended. */
export interface IntendedChange {
  /** That no intended request was allowed before. */
  readonly before: ClaimResult;
  /** What changes among the intended requests: some have to become allowed, and none denied. */
  readonly intended: PolicyDiff;
  /** What changes among all others: nothing has to. */
  readonly others: PolicyDiff;
  /** Whether all three hold. */
  readonly holds: boolean;
}

/** Checks a change in three steps, of a policy of two worlds: the intended was not allowed before, is now, and nothing else changes. */
export function checkIntended(policy: Policy, pattern: RequestPattern): IntendedChange {
  const before = checkClaim(policy, 'never', pattern);
  const intended = diffPolicies(policy, [pattern]);
  const others = diffPolicies(policy, outsideOf(everyRequest(policy.aligned), [pattern], policy.cells));
  const isNow = intended.gained.length > 0 && intended.lost.length === 0;
  const isAll = others.gained.length === 0 && others.lost.length === 0;
  return { before, intended, others, holds: before.against === 0 && isNow && isAll };
}
