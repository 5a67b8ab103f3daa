import type { Command } from 'commander';
import { evaluate } from '../../explain/evaluate.js';
import { Model } from '../../kernel/model.js';
import type { Profile } from '../../kernel/profile.js';
import { dispositionName, outcomeName, type Verdict } from '../../kernel/verdict.js';
import type { World } from '../../kernel/world.js';
import { assumptionJson, describeAssumption } from '../../report/assumption_text.js';
import { requestJson, tokenJson, verdictJson } from '../../report/explain_json.js';
import { describeCall, describeToken } from '../../report/request_text.js';
import { type Assumption, assumptionsOf } from '../../request/assumptions.js';
import type { Expectation, Scenario, ScenarioRequest } from '../../scenario/parse_scenario.js';
import { printable, shellWord } from '../../text/printable.js';
import { EXIT } from '../exit.js';
import { addOptions } from '../options/add_options.js';
import type { OptionsOf } from '../options/option.js';
import { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { worldOf } from '../request_options.js';
import { readScenarioFile } from '../scenario_file.js';
import { styleFor } from '../terminal.js';

interface Result {
  readonly number: number;
  readonly asked: ScenarioRequest;
  readonly verdict: Verdict;
  /** Lines `expected …, got …`; none where everything is as expected. */
  readonly differences: readonly string[];
}

/** `bpftoken test`: runs the expectations of a scenario. */
export function testCommand(program: Command): void {
  addOptions(program.command('test'), OPTIONS.test)
    .description('run the expectations in a scenario; exit status 1 when one fails')
    .argument('<scenario>', 'scenario file, YAML or JSON; - for standard input')
    .action((path: string, options: OptionsOf<typeof OPTIONS.test>) => {
      const read = readScenarioFile(path);
      const world = worldOf(read, options.profile);
      const scenario = { ...read, world };
      const results = run(scenario);
      const failed = results.filter(({ differences }) => differences.length > 0);
      if (options.json) writeJson(process.stdout, json(scenario, results));
      else writeText(process.stdout, text(scenario, path, results, options.profile));
      process.exitCode = failed.length > 0 ? EXIT.NEGATIVE : EXIT.OK;
    });
}

function run({ world, requests }: Scenario): Result[] {
  const model = new Model(world);
  return requests.map((asked, i) => {
    const { verdict } = evaluate(model, asked.request);
    return { number: i + 1, asked, verdict, differences: asked.expect ? differencesOf(asked.expect, verdict) : [] };
  });
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

function assumptionsIn({ profile }: World, { request, assumed = [] }: ScenarioRequest): Assumption[] {
  return assumptionsOf(profile, request, assumed);
}

function text(
  { world, warnings }: Scenario,
  path: string,
  results: readonly Result[],
  profile: Profile | undefined,
): string {
  const file = printable(path);
  // What was asked of another kernel has to be asked of it again.
  const other = profile ? ` --profile ${profile.name}` : '';
  const style = styleFor(process.stdout);
  const lines = results.flatMap(({ number, asked, verdict, differences }) => {
    const mark = !asked.expect ? style.dim('·') : differences.length === 0 ? style.good('✓') : style.bad('✗');
    const title = asked.name === undefined ? describeCall(world, asked.request) : printable(asked.name);
    const got = verdict.allowed ? 'allowed' : (verdict.errno ?? 'cannot be asked');
    const head = `${mark} ${String(number).padStart(3)}  ${title}  ${style.dim(`${got}, ${outcomeName(verdict.outcome)}`)}`;
    if (differences.length === 0) return [head];
    const task = printable(world.tasks[asked.request.task]?.name ?? '');
    return [
      head,
      `       ${file}:${asked.line}:${asked.column}: ${task} asks ${describeCall(world, asked.request)}, with ${describeToken(world, asked.request)}`,
      ...differences.map((difference) => `       ${style.bad(difference)}`),
      ...assumptionsIn(world, asked).map((assumption) => `       note: ${describeAssumption(assumption)}`),
      `       why: bpftoken explain ${shellWord(path)} --request ${number}${other}`,
    ];
  });
  const expected = results.filter(({ asked }) => asked.expect);
  const failed = expected.filter(({ differences }) => differences.length > 0).length;
  const warned = warnings.map((w) => `warning: ${file}:${w.line}:${w.column}: ${w.message}`);
  const passed = expected.length - failed;
  const summary = `${printable(world.profile.name)}: ${passed} of ${expected.length} expectations hold`;
  return `${[...lines, ...warned, failed > 0 ? style.bad(summary) : style.good(summary)].join('\n')}\n`;
}

function json({ world, warnings }: Scenario, results: readonly Result[]): object {
  const rows = results.map(({ number, asked, verdict, differences }) => ({
    number,
    name: asked.name ?? null,
    line: asked.line,
    request: requestJson(world, asked.request),
    assumed: assumptionsIn(world, asked).map(assumptionJson),
    ...verdictJson(verdict),
    ...tokenJson(world.profile, asked.request, verdict),
    differences,
  }));
  const expected = results.filter(({ asked }) => asked.expect);
  const failed = expected.filter(({ differences }) => differences.length > 0).length;
  return { profile: world.profile.name, expectations: expected.length, failed, warnings, results: rows };
}
