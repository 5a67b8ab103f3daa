import { allows, type Policy, requestCount } from './policy.js';
import { comparePairs, firstRequest, GroupCollector, type PolicyRequest, type RequestGroup } from './request_group.js';
import type { RequestPattern } from './request_pattern.js';

/** Requests that are not allowed, for one reason. */
export interface RefusedRequests {
  /** The verdict byte. */
  readonly verdict: number;
  readonly requests: number;
  readonly first: PolicyRequest;
}

/** Which of some requests are allowed. */
export interface AllowedRequests {
  /** Requests that were asked. */
  readonly asked: number;
  readonly allowed: number;
  /** Those that are allowed, by what each task may do with each object. */
  readonly groups: readonly RequestGroup[];
  /** The others, by verdict, those with the most requests first. */
  readonly refused: readonly RefusedRequests[];
}

/** Asks every request that a pattern means: who may make it, and what a task may do. */
export function allowedRequests(policy: Policy, pattern?: RequestPattern): AllowedRequests {
  const collector = new GroupCollector();
  const refused = new Map<number, { requests: number; first: PolicyRequest }>();
  let asked = 0;
  for (const { pairs, cells, verdicts } of policy.ask(pattern)) {
    const [bytes] = verdicts;
    if (!bytes) continue;
    asked += requestCount({ pairs, cells });
    const each = requestCount({ pairs, cells }) / cells.length;
    const allowed: number[] = [];
    for (const [i, cell] of cells.entries()) {
      if (allows(bytes, i)) {
        allowed.push(i);
        continue;
      }
      const verdict = bytes[i] as number;
      const known = refused.get(verdict);
      const first = firstRequest(pairs, cell);
      if (!known) refused.set(verdict, { requests: each, first });
      else {
        known.requests += each;
        if (comparePairs(first, known.first) < 0) known.first = first;
      }
    }
    collector.add(pairs, cells, allowed);
  }
  const groups = collector.groups();
  return {
    asked,
    allowed: groups.reduce((sum, { requests }) => sum + requests, 0),
    groups,
    refused: [...refused]
      .map(([verdict, { requests, first }]) => ({ verdict, requests, first }))
      .sort((a, b) => b.requests - a.requests || a.verdict - b.verdict),
  };
}
