import type { Counterexamples } from '../policy/assertions.js';
import { assumptionsOf } from '../request/assumptions.js';
import { assertionWords } from './assertions_text.js';
import {
  type AssertionTest,
  assertionCounts,
  expectationCounts,
  hasFailed,
  type TestResult,
  type TestRun,
} from './expectations.js';
import { witnessJson } from './policy_json.js';
import { assumptionJson, requestJson, warningJson } from './request_json.js';
import type { TestJson } from './schemas/test.js';
import { tokenJson, verdictJson } from './verdict_json.js';

/** What a test run found, as JSON. Quiet: of the requests, those that failed alone. */
export function expectationsJson(run: TestRun, isQuiet = false): TestJson {
  const { scenario, file, results } = run;
  const { expectations, failed } = expectationCounts(run);
  const { asserted, refuted } = assertionCounts(run);
  const shown = isQuiet ? results.filter(hasFailed) : results;
  const assertions = isQuiet ? run.assertions.filter(({ holds }) => !holds) : run.assertions;
  return {
    schema: 'bpf-token-sim/test/1',
    profile: scenario.world.profile.name,
    expectations,
    failed,
    warnings: scenario.warnings.map((warning) => warningJson(file, warning)),
    results: shown.map((result) => resultJson(run, result)),
    assertions: asserted,
    assertions_failed: refuted,
    assertion_results: assertions.map(assertionJson),
  };
}

function assertionJson(test: AssertionTest): TestJson['assertion_results'][number] {
  const { question, number, asserted, asked, holds, excess, lacking, unable } = test;
  const found = (those: Counterexamples | undefined) =>
    those ? { requests: those.requests, first: witnessJson(question, those.first, 0) } : null;
  return {
    number,
    name: asserted.name ?? null,
    line: asserted.line,
    assertion: assertionWords(asserted.assertion),
    holds,
    asked,
    excess: found(excess),
    lacking: found(lacking),
    unable: [...unable],
  };
}

function resultJson(
  { scenario: { world } }: TestRun,
  { number, asked, verdict, differences }: TestResult,
): TestJson['results'][number] {
  const { name = null, line, request, assumed = [] } = asked;
  return {
    number,
    name,
    line,
    request: requestJson(world, request),
    assumed: assumptionsOf(world.profile, request, assumed).map(assumptionJson),
    ...verdictJson(verdict),
    ...tokenJson(world.profile, request, verdict),
    differences,
  };
}
