import { oncePerVerdicts } from './once_per_verdicts.js';
import { allows, type Policy, pairCount, requestCount } from './policy.js';
import { comparePairs, firstRequest, type PolicyRequest } from './request_group.js';
import type { RequestPattern } from './request_pattern.js';

/**
 * What is claimed of every request that is meant. Of one world: `never` it is allowed, `always` it is. Of two: what the first allows, the
 * second does (`implies`); each allows what the other does (`equivalent`).
 */
export type Claim = 'never' | 'always' | 'implies' | 'equivalent';

/** Whether a claim holds: it was asked of every request. */
export interface ClaimResult {
  readonly claim: Claim;
  readonly asked: number;
  /** Requests of which it does not hold. */
  readonly against: number;
  /** The smallest of them: by task, then no token, tokens and bpffs by index, then by cell; undefined where it holds. */
  readonly witness: PolicyRequest | undefined;
}

const FAILS: Readonly<Record<Claim, (first: boolean, second: boolean) => boolean>> = {
  never: (allowed) => allowed,
  always: (allowed) => !allowed,
  implies: (first, second) => first && !second,
  equivalent: (first, second) => first !== second,
};

/** Asks every request that a pattern means whether a claim holds of it. */
export function checkClaim(policy: Policy, claim: Claim, pattern?: RequestPattern): ClaimResult {
  const fails = FAILS[claim];
  const failing = oncePerVerdicts(({ cells, verdicts: [first, second] }) => {
    const failed = [...cells.keys()].filter((i) => fails(allows(first, i), allows(second, i)));
    return { count: failed.length, first: cells[failed[0] ?? -1] };
  });
  let asked = 0;
  let against = 0;
  let witness: PolicyRequest | undefined;
  for (const one of policy.ask(pattern)) {
    asked += requestCount(one);
    const { count, first } = failing(one);
    if (!first) continue;
    against += count * pairCount(one.pairs);
    const found = firstRequest(one.pairs, first);
    if (!witness || comparePairs(found, witness) < 0) witness = found;
  }
  return { claim, asked, against, witness };
}
