import type { Verdict } from '../kernel/verdict.js';
import type { AssertionResult } from '../policy/assertions.js';
import type { Scenario, ScenarioAssertion, ScenarioRequest } from '../scenario/parse_scenario.js';
import type { PolicyQuestion } from './policy_text.js';

/** The answer to one request of a scenario, compared with its expectation. */
export interface TestResult {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly asked: ScenarioRequest;
  readonly verdict: Verdict;
  /** `expected …, got …`; none where everything is as expected, and where nothing is expected. */
  readonly differences: readonly string[];
}

/** An assertion of a scenario, asked of every request that it means. */
export interface AssertionTest extends AssertionResult {
  /** From 1, in the order of the file. */
  readonly number: number;
  readonly asserted: ScenarioAssertion;
  /** The whole policy that it is about. */
  readonly question: PolicyQuestion;
}

/** The requests of a scenario with their answers, to be shown. */
export interface TestRun {
  /** Its world has the profile that was asked. */
  readonly scenario: Scenario;
  /** The file, as it was named. */
  readonly path: string;
  /** What messages call it: `<stdin>` for standard input. */
  readonly file: string;
  /** The profile that was asked in place of the scenario's own. */
  readonly otherProfile?: string;
  readonly results: readonly TestResult[];
  readonly assertions: readonly AssertionTest[];
}

/** Expectations, and those that do not hold. */
export function expectationCounts({ results }: TestRun): { expectations: number; failed: number } {
  const expectations = results.filter(({ asked }) => asked.expect).length;
  return { expectations, failed: results.filter(hasFailed).length };
}

/** Whether an expectation does not hold. */
export function hasFailed({ differences }: TestResult): boolean {
  return differences.length > 0;
}

/** Assertions, and those that do not hold. */
export function assertionCounts({ assertions }: TestRun): { asserted: number; refuted: number } {
  return { asserted: assertions.length, refuted: assertions.filter(({ holds }) => !holds).length };
}
