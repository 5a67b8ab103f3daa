import type { Command } from 'commander';
import { sinkOf, writeWhole } from '../../batch/output/sink.js';
import { Diagnostics } from '../../diagnostics/diagnostics.js';
import { evaluate } from '../../explain/evaluate.js';
import { Model } from '../../kernel/model.js';
import { dispositionName, outcomeName, type Verdict } from '../../kernel/verdict.js';
import { type AssertionResult, checkAssertion } from '../../policy/assertions.js';
import { Policy } from '../../policy/policy.js';
import {
  type AssertionTest,
  assertionCounts,
  expectationCounts,
  type TestResult,
  type TestRun,
} from '../../report/expectations.js';
import { expectationsJson } from '../../report/expectations_json.js';
import { expectationsJunit } from '../../report/expectations_junit.js';
import { expectationsText } from '../../report/expectations_text.js';
import type { Expectation, Scenario, ScenarioAssertion } from '../../scenario/parse_scenario.js';
import { notePatternError } from '../../scenario/read_assertions.js';
import { defineCommand } from '../define_command.js';
import { requireDistinctFiles } from '../distinct_files.js';
import { EXIT, InputError } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { fileName } from '../read_file.js';
import { worldOf } from '../request_options.js';
import { readScenarioFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

/** `bpftoken test`: runs the expectations and assertions of a scenario. */
export function testCommand(program: Command): void {
  defineCommand(program, 'test').action(async (path: string, options: OptionsOf<typeof OPTIONS.test>) => {
    const { junit, quiet: isQuiet = false } = options;
    requireDistinctFiles([
      { option: 'the scenario', path, isWritten: false },
      { option: '--junit', path: junit, isWritten: true },
    ]);
    const read = await readScenarioFile(path);
    const scenario = { ...read, world: worldOf(read, options.profile) };
    const other = options.profile ? { otherProfile: options.profile.name } : {};
    const results = resultsOf(scenario);
    const assertions = assertionTests(path, scenario, options.profile?.name);
    const run: TestRun = { scenario, path, file: fileName(path), results, assertions, ...other };
    const { expectations, failed } = expectationCounts(run);
    const { asserted, refuted } = assertionCounts(run);
    if (expectations + asserted === 0 && !options.allowEmpty) {
      throw new InputError(
        `${path}: no request has an expectation and there is no assertion, so that nothing is tested; --allow-empty takes that`,
        { file: fileName(path) },
      );
    }
    if (junit !== undefined) {
      await withInterrupt((signal) => writeWhole(junit, expectationsJunit(run), { signal }));
    }
    const report = sinkOf(junit, 'csv').kind === 'stdout' ? process.stderr : process.stdout;
    if (options.json) writeJson(report, expectationsJson(run, isQuiet));
    else writeText(report, expectationsText(run, styleFor(report), isQuiet));
    process.exitCode = failed + refuted > 0 ? EXIT.NEGATIVE : EXIT.OK;
  });
}

function resultsOf({ world, requests }: Scenario): TestResult[] {
  const model = new Model(world);
  return requests.map((asked, i) => {
    const { verdict } = evaluate(model, asked.request);
    return { number: i + 1, asked, verdict, differences: asked.expect ? differencesOf(asked.expect, verdict) : [] };
  });
}

/** Asks what the scenario asserts of all requests there are. Throws a ScenarioError for names that the kernel that is asked does not have. */
function assertionTests(
  path: string,
  { world, assertions }: Scenario,
  otherProfile: string | undefined,
): readonly AssertionTest[] {
  if (assertions.length === 0) return [];
  const options = otherProfile === undefined ? [] : ['--profile', otherProfile];
  const diagnostics = new Diagnostics(fileName(path));
  const policy = new Policy([world]);
  try {
    const question = { policy, files: [{ path, options, hasDefaults: false }] };
    const tests = assertions.flatMap((asserted, i) => {
      const number = i + 1;
      const result = resultOf(policy, asserted, `assertion ${number}: `, diagnostics);
      return result ? [{ number, asserted, question, ...result }] : [];
    });
    diagnostics.throwIfAny();
    return tests;
  } finally {
    policy.dispose();
  }
}

function resultOf(
  policy: Policy,
  { assertion, patternAt }: ScenarioAssertion,
  owner: string,
  diagnostics: Diagnostics,
): AssertionResult | undefined {
  try {
    return checkAssertion(policy, assertion);
  } catch (error) {
    notePatternError(error, patternAt, owner, diagnostics);
    return undefined;
  }
}

function differencesOf(expect: Expectation, verdict: Verdict): string[] {
  const differences: string[] = [];
  const compare = (expected: string, got: string): void => {
    if (expected !== got) differences.push(`expected ${expected}, got ${got}`);
  };
  compare(expect.allowed ? 'allowed' : (expect.errno ?? 'denied'), formatAnswer(verdict, expect));
  if (expect.outcome !== undefined) {
    compare(`reason ${outcomeName(expect.outcome)}`, `reason ${outcomeName(verdict.outcome)}`);
  }
  if (expect.disposition !== undefined) {
    compare(`token ${dispositionName(expect.disposition)}`, `token ${dispositionName(verdict.disposition)}`);
  }
  return differences;
}

function formatAnswer(verdict: Verdict, expect: Expectation): string {
  if (verdict.allowed) return 'allowed';
  return expect.allowed || expect.errno !== undefined ? (verdict.errno ?? 'a request that cannot be made') : 'denied';
}
