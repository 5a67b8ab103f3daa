import { nearestOf } from '../names/nearest.js';
import { quote, unknownName } from '../names/unknown_name.js';
import { type Claim, checkClaim } from './claims.js';
import { PatternError } from './errors.js';
import { outsideOf, parseWithin } from './pattern_sets.js';
import { allows, type Policy } from './policy.js';
import { requestCountOf } from './policy_cells.js';
import { comparePairs, type PolicyRequest } from './request_group.js';
import { parsePattern, type RequestPattern } from './request_pattern.js';

/**
 * What a policy has to be like. Patterns are texts, as parsePattern() reads them.
 * - `never`, `always`: no request of the pattern is allowed, or every one.
 * - `who_can`: the tasks that may make some request of the pattern are these, by name, and no others.
 * - `what_can`: of the requests of the pattern, those are allowed that one of `exactly` means; or at most those that one of `at_most` means.
 *   Each of these means some request of the pattern.
 */
export type Assertion =
  | { readonly kind: 'never' | 'always'; readonly pattern: string }
  | { readonly kind: 'who_can'; readonly pattern: string; readonly tasks: readonly string[] }
  | {
      readonly kind: 'what_can';
      readonly pattern: string;
      readonly bound: 'exactly' | 'at_most';
      readonly requests: readonly string[];
    };

/** Requests that an assertion does not hold of. */
export interface Counterexamples {
  readonly requests: number;
  /** The smallest of them, as in ClaimResult. */
  readonly first: PolicyRequest;
}

/** Whether an assertion holds: every request of its pattern was asked. */
export interface AssertionResult {
  readonly asked: number;
  /** Requests that are allowed, and must not be. */
  readonly excess: Counterexamples | undefined;
  /** Requests that are not allowed, and must be. */
  readonly lacking: Counterexamples | undefined;
  /** Tasks that must be able to make some request of the pattern, and are not. */
  readonly unable: readonly string[];
  readonly holds: boolean;
}

/**
 * Asks every request of an assertion of one world. Throws a PatternError for a pattern that cannot be read, and for a task
 * that is unknown or that the pattern does not mean.
 */
export function checkAssertion(policy: Policy, assertion: Assertion): AssertionResult {
  const pattern = parsePattern(assertion.pattern, policy.aligned);
  const { excess, lacking, unable = [] } = faultsOf(policy, assertion, pattern);
  const asked = requestCountOf(pattern, policy.cells);
  return { asked, excess, lacking, unable, holds: !excess && !lacking && unable.length === 0 };
}

interface Faults {
  readonly excess?: Counterexamples | undefined;
  readonly lacking?: Counterexamples | undefined;
  readonly unable?: readonly string[];
}

function faultsOf(policy: Policy, assertion: Assertion, pattern: RequestPattern): Faults {
  switch (assertion.kind) {
    case 'never':
      return { excess: against(policy, 'never', [pattern]) };
    case 'always':
      return { lacking: against(policy, 'always', [pattern]) };
    case 'who_can':
      return whoCanFaults(policy, pattern, assertion.tasks);
    case 'what_can': {
      const meant = assertion.requests.map((text) => parseWithin(text, pattern, policy.aligned));
      const once = meant.flatMap((one, i) => outsideOf(one, meant.slice(0, i), policy.cells));
      return {
        excess: against(policy, 'never', outsideOf(pattern, meant, policy.cells)),
        lacking: assertion.bound === 'exactly' ? against(policy, 'always', once) : undefined,
      };
    }
  }
}

function whoCanFaults(policy: Policy, pattern: RequestPattern, names: readonly string[]): Faults {
  const meant = new Set(pattern.selection.tasks);
  const named = new Map(tasksNamed(policy, pattern, meant, names).map((task, i) => [task, names[i] as string]));
  const withTasks = (tasks: readonly number[]) => ({ ...pattern, selection: { ...pattern.selection, tasks } });
  const others = [...meant].filter((task) => !named.has(task));
  const unable = new Set([...named.keys()].sort((a, b) => a - b));
  for (const { pairs, cells, verdicts } of policy.ask(withTasks([...unable]))) {
    if (![...cells.keys()].some((cell) => allows(verdicts[0], cell))) continue;
    for (const task of policy.tasksAmong(pairs, unable)) unable.delete(task);
    if (unable.size === 0) break;
  }
  return {
    excess: against(policy, 'never', [withTasks(others)]),
    unable: [...unable].map((task) => named.get(task) as string),
  };
}

/** The indices of tasks, which the pattern has to mean. */
function tasksNamed(
  { aligned }: Policy,
  { text }: RequestPattern,
  meant: ReadonlySet<number>,
  names: readonly string[],
): readonly number[] {
  const byName = new Map(aligned.tasks.map(({ name }, task) => [name, task]));
  return names.map((name) => {
    const task = byName.get(name);
    if (task !== undefined && meant.has(task)) return task;
    if (task !== undefined) throw new PatternError(text, 1, `it means no request of task ${quote(name)}`);
    const candidates = [...byName.keys()];
    const { message, nearest } = unknownName('task', name, candidates, nearestOf(name, candidates));
    throw new PatternError(text, 1, message, nearest);
  });
}

/** The requests of some patterns of which a claim does not hold. The patterns have no request in common. */
function against(policy: Policy, claim: Claim, patterns: readonly RequestPattern[]): Counterexamples | undefined {
  let requests = 0;
  let first: PolicyRequest | undefined;
  for (const pattern of patterns) {
    const { against: found, witness } = checkClaim(policy, claim, pattern);
    if (!witness) continue;
    requests += found;
    if (!first || compareRequests(witness, first) < 0) first = witness;
  }
  return first && { requests, first };
}

/** By pair, then by cell: cells of one release are in the order of their numbers. */
function compareRequests(a: PolicyRequest, b: PolicyRequest): number {
  const [one, other] = [a.cell, b.cell];
  return comparePairs(a, b) || one.cmd - other.cmd || one.type - other.type || one.attachType - other.attachType;
}
