import { outcomeName } from '../kernel/verdict.js';
import { assumptionsOf } from '../request/assumptions.js';
import { printable, shellWord } from '../text/printable.js';
import { assertionLines } from './assertions_text.js';
import { describeAssumption } from './assumption_text.js';
import { assertionCounts, expectationCounts, hasFailed, type TestResult, type TestRun } from './expectations.js';
import { describeCall, describeToken } from './request_text.js';
import type { Style } from './style.js';

/** What a test run found, for people: every request and assertion, warnings, and how many expectations and assertions hold. Quiet: failures alone. */
export function expectationsText(run: TestRun, style: Style, isQuiet = false): string {
  const { results, scenario } = run;
  const { failed } = expectationCounts(run);
  const { refuted } = assertionCounts(run);
  const words = `${printable(scenario.world.profile.name)}: ${summaryOf(run)} hold`;
  const summary = failed + refuted > 0 ? style.bad(words) : style.good(words);
  const file = printable(run.file);
  const shown = isQuiet ? results.filter(hasFailed) : results;
  const asserted = isQuiet ? run.assertions.filter(({ holds }) => !holds) : run.assertions;
  if (isQuiet && shown.length + asserted.length === 0) return '';
  const warned = scenario.warnings.map((w) => `warning: ${file}:${w.line}:${w.column}: ${w.message}`);
  const lines = [
    ...shown.flatMap((result) => resultLines(run, result, style)),
    ...(asserted.length > 0 ? [style.strong('assertions')] : []),
    ...asserted.flatMap((test) => assertionLines(run, test, style)),
  ];
  return `${[...lines, ...(isQuiet ? [] : warned), summary].join('\n')}\n`;
}

/** `12 of 12 expectations and 3 of 3 assertions`; either alone where the scenario has no other, and expectations where it has neither. */
function summaryOf(run: TestRun): string {
  const { expectations, failed } = expectationCounts(run);
  const { asserted, refuted } = assertionCounts(run);
  const parts = [
    ...(expectations > 0 || asserted === 0 ? [`${expectations - failed} of ${expectations} expectations`] : []),
    ...(asserted > 0 ? [`${asserted - refuted} of ${asserted} assertions`] : []),
  ];
  return parts.join(' and ');
}

function resultLines(run: TestRun, result: TestResult, style: Style): string[] {
  const { number, asked, verdict, differences } = result;
  const mark = !asked.expect ? style.dim('·') : hasFailed(result) ? style.bad('✗') : style.good('✓');
  const got = verdict.allowed ? 'allowed' : (verdict.errno ?? 'not evaluated');
  const answer = style.dim(`${got}, ${outcomeName(verdict.outcome)}`);
  const head = `${mark} ${String(number).padStart(3)}  ${titleOf(run, result)}  ${answer}`;
  if (!hasFailed(result)) return [head];
  const [place = '', ...rest] = failureDetails(run, result);
  const details = [place, ...differences.map((difference) => style.bad(difference)), ...rest];
  return [head, ...details.map((line) => `       ${line}`)];
}

/** What a failure says besides its differences, a line each: who asks what, what was assumed, which command says why. */
export function failureDetails(run: TestRun, result: TestResult): string[] {
  return [placeOf(run, result), ...notesOf(run, result).map((note) => `note: ${note}`), whyCommand(run, result)];
}

/** What a request is called: its name, or what it asks. */
export function titleOf({ scenario }: TestRun, { asked }: TestResult): string {
  return asked.name === undefined ? describeCall(scenario.world, asked.request) : printable(asked.name);
}

function placeOf({ scenario: { world }, file }: TestRun, { asked }: TestResult): string {
  const task = printable(world.tasks[asked.request.task]?.name ?? '');
  const call = `${describeCall(world, asked.request)}, with ${describeToken(world, asked.request)}`;
  return `${printable(file)}:${asked.line}:${asked.column}: ${task} asks ${call}`;
}

function notesOf({ scenario: { world } }: TestRun, { asked }: TestResult): string[] {
  return assumptionsOf(world.profile, asked.request, asked.assumed ?? []).map(describeAssumption);
}

/** What was asked of another kernel has to be asked of it again. */
function whyCommand({ path, otherProfile }: TestRun, { number }: TestResult): string {
  const profile = otherProfile === undefined ? '' : ` --profile ${shellWord(otherProfile)}`;
  return `why: bpftoken explain ${shellWord(path)} --request ${number}${profile}`;
}
