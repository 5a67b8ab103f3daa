import { assumptionsOf } from '../request/assumptions.js';
import { nameRequest } from '../request/name_request.js';
import { assumptionJson } from './assumption_text.js';
import { expectationCounts, hasFailed, type TestResult, type TestRun } from './expectations.js';
import { tokenJson, verdictJson } from './explain_json.js';

/** What a test run found, as JSON. Quiet: of the requests, those that failed alone. */
export function expectationsJson(run: TestRun, isQuiet = false): object {
  const { scenario, results } = run;
  const { expectations, failed } = expectationCounts(run);
  const shown = isQuiet ? results.filter(hasFailed) : results;
  return {
    profile: scenario.world.profile.name,
    expectations,
    failed,
    warnings: scenario.warnings,
    results: shown.map((result) => resultJson(run, result)),
  };
}

function resultJson({ scenario: { world } }: TestRun, { number, asked, verdict, differences }: TestResult): object {
  const { name = null, line, request, assumed = [] } = asked;
  return {
    number,
    name,
    line,
    request: nameRequest(world, request),
    assumed: assumptionsOf(world.profile, request, assumed).map(assumptionJson),
    ...verdictJson(verdict),
    ...tokenJson(world.profile, request, verdict),
    differences,
  };
}
