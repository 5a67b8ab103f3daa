import type { AlignedItem, AlignedWorlds } from './aligned_worlds.js';
import { type ClaimResult, checkClaim } from './claims.js';
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
  const others = diffPolicies(policy, outsideOf(pattern, policy.aligned));
  const isNow = intended.gained.length > 0 && intended.lost.length === 0;
  const isAll = others.gained.length === 0 && others.lost.length === 0;
  return { before, intended, others, holds: before.against === 0 && isNow && isAll };
}

/** Every request that a pattern does not mean: of other tasks, of its tasks with other objects, and of its pairs. */
function outsideOf({ text, selection, matches }: RequestPattern, aligned: AlignedWorlds): readonly RequestPattern[] {
  const others = (items: readonly AlignedItem[], chosen: readonly number[]) => {
    const known = new Set(chosen);
    return [...items.keys()].filter((index) => !known.has(index));
  };
  const { tasks, tokens, bpffs } = aligned;
  const everything = { tokens: [...tokens.keys()], bpffs: [...bpffs.keys()], hasNone: true };
  const outside = {
    tokens: others(tokens, selection.tokens),
    bpffs: others(bpffs, selection.bpffs),
    hasNone: !selection.hasNone,
  };
  return [
    { text, selection: { ...everything, tasks: others(tasks, selection.tasks) }, matches: () => true },
    { text, selection: { ...outside, tasks: selection.tasks }, matches: () => true },
    { text, selection, matches: (cell) => !matches(cell) },
  ];
}
