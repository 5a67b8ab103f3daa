import { oncePerVerdicts } from './once_per_verdicts.js';
import { type AskedClass, allows, type Policy, requestCount } from './policy.js';
import { GroupCollector, type RequestGroup } from './request_group.js';
import type { RequestPattern } from './request_pattern.js';

/** What is allowed by one of two worlds alone. */
export interface PolicyDiff {
  /** Requests that were asked, of both worlds. */
  readonly asked: number;
  /** Allowed by the second world, and not by the first. */
  readonly gained: readonly RequestGroup[];
  /** Allowed by the first world, and not by the second. */
  readonly lost: readonly RequestGroup[];
}

/**
 * Asks every request of two worlds, or those that one of several patterns means. Tasks, tokens and bpffs of the same name are the same; what one world
 * lacks, it does not allow.
 */
export function diffPolicies(policy: Policy, patterns?: readonly RequestPattern[]): PolicyDiff {
  const [gained, lost] = [new GroupCollector(), new GroupCollector()];
  const changes = oncePerVerdicts(changesOf);
  let asked = 0;
  for (const one of asks(policy, patterns)) {
    asked += requestCount(one);
    const { more, less } = changes(one);
    gained.add(one.pairs, one.cells, more);
    lost.add(one.pairs, one.cells, less);
  }
  return { asked, gained: gained.groups(), lost: lost.groups() };
}

function* asks(policy: Policy, patterns: readonly RequestPattern[] | undefined): Generator<AskedClass> {
  if (!patterns) yield* policy.ask();
  else for (const pattern of patterns) yield* policy.ask(pattern);
}

/** The cells that the second world allows alone, and those that the first does. */
function changesOf({ cells, verdicts: [before, after] }: Pick<AskedClass, 'cells' | 'verdicts'>) {
  const [more, less]: [number[], number[]] = [[], []];
  for (let cell = 0; before !== after && cell < cells.length; cell++) {
    const isBefore = allows(before, cell);
    if (isBefore === allows(after, cell)) continue;
    if (isBefore) less.push(cell);
    else more.push(cell);
  }
  return { more, less };
}
