import { assumptionsOf } from '../request/assumptions.js';
import { expectationCounts, hasFailed, type TestResult, type TestRun } from './expectations.js';
import { assumptionJson, requestJson, warningJson } from './request_json.js';
import type { TestJson } from './schemas/test.js';
import { tokenJson, verdictJson } from './verdict_json.js';

/** What a test run found, as JSON. Quiet: of the requests, those that failed alone. */
export function expectationsJson(run: TestRun, isQuiet = false): TestJson {
  const { scenario, file, results } = run;
  const { expectations, failed } = expectationCounts(run);
  const shown = isQuiet ? results.filter(hasFailed) : results;
  return {
    schema: 'bpf-token-sim/test/1',
    profile: scenario.world.profile.name,
    expectations,
    failed,
    warnings: scenario.warnings.map((warning) => warningJson(file, warning)),
    results: shown.map((result) => resultJson(run, result)),
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
