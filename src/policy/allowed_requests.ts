import type { NamedCell } from '../kernel/permission_cells.js';
import { oncePerVerdicts } from './once_per_verdicts.js';
import { type AskedClass, allows, type Policy, pairCount, requestCount } from './policy.js';
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
  const answers = oncePerVerdicts(answersOf);
  const refused = new Map<number, { requests: number; first: PolicyRequest }>();
  let asked = 0;
  for (const one of policy.ask(pattern)) {
    const found = answers(one);
    if (!found) continue;
    asked += requestCount(one);
    for (const [verdict, { count, cell }] of found.refused) {
      const requests = count * pairCount(one.pairs);
      const first = firstRequest(one.pairs, one.cells[cell] as NamedCell);
      const known = refused.get(verdict);
      if (!known) refused.set(verdict, { requests, first });
      else {
        known.requests += requests;
        if (comparePairs(first, known.first) < 0) known.first = first;
      }
    }
    collector.add(one.pairs, one.cells, found.allowed);
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

/** The cells that are allowed, and the others by verdict: how many, and the first; undefined for a world that lacks what is asked. */
function answersOf({ cells, verdicts: [bytes] }: Pick<AskedClass, 'cells' | 'verdicts'>) {
  if (!bytes) return undefined;
  const allowed: number[] = [];
  const refused = new Map<number, { count: number; readonly cell: number }>();
  for (const cell of cells.keys()) {
    const verdict = bytes[cell] as number;
    const known = refused.get(verdict);
    if (allows(bytes, cell)) allowed.push(cell);
    else if (known) known.count += 1;
    else refused.set(verdict, { count: 1, cell });
  }
  return { allowed, refused };
}
