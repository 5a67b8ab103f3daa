import type { Assertion, Counterexamples } from '../policy/assertions.js';
import { printable, shellWord } from '../text/printable.js';
import type { AssertionTest, TestRun } from './expectations.js';
import { count } from './format.js';
import { witnessCommand, witnessText } from './policy_witness.js';
import type { Style } from './style.js';

/** An assertion with what was found, for people: a line, and where it does not hold what is against it. */
export function assertionLines(run: TestRun, test: AssertionTest, style: Style): string[] {
  const mark = test.holds ? style.good('✓') : style.bad('✗');
  const asked = style.dim(`${count(test.asked)} ${test.asked === 1 ? 'request' : 'requests'} asked`);
  const head = `${mark} ${String(test.number).padStart(3)}  ${assertionTitle(test)}  ${asked}`;
  const [place = '', ...details] = assertionDetails(run, test);
  const shown = [place, ...assertionFaults(test).map((fault) => style.bad(fault)), ...details];
  return test.holds ? [head] : [head, ...shown.map((line) => `       ${line}`)];
}

/** What an assertion is called: its name, or what it asserts. */
export function assertionTitle({ asserted: { name, assertion } }: AssertionTest): string {
  return name !== undefined && name.trim() !== '' ? printable(name) : assertionWords(assertion);
}

/** What is asserted, in words. */
export function assertionWords(assertion: Assertion): string {
  const start = `${assertion.kind.replaceAll('_', ' ')} ${assertion.pattern}`;
  if (assertion.kind === 'who_can') return printable(`${start}: ${listed(assertion.tasks)}`);
  if (assertion.kind !== 'what_can') return printable(start);
  return printable(`${start}: ${assertion.bound.replaceAll('_', ' ')} ${listed(assertion.requests)}`);
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'none' : items.join(', ');
}

/** What is against an assertion, a line each; none where it holds. */
export function assertionFaults({ question: { policy }, excess, lacking, unable }: AssertionTest): string[] {
  const told = (what: string, found: Counterexamples | undefined) =>
    found ? [`${what}: ${amount(found)}${witnessText(policy, found.first)}`] : [];
  return [
    ...told('allowed, and must not be', excess),
    ...told('not allowed, and must be', lacking),
    ...(unable.length > 0 ? [`none allowed: ${unable.map((name) => printable(name)).join(', ')}`] : []),
  ];
}

function amount({ requests }: Counterexamples): string {
  return requests === 1 ? '' : `${count(requests)} requests, the smallest `;
}

/** What a failure says besides: where it is asserted, and command lines that show it. */
export function assertionDetails({ file }: TestRun, { asserted, question, excess, lacking }: AssertionTest): string[] {
  const { line, column, assertion } = asserted;
  const { policy, files } = question;
  const witnesses = [excess, lacking].flatMap((found) =>
    found ? [witnessCommand(policy, files, 0, found.first)] : [],
  );
  const [scenario] = files;
  const whole = ['bpftoken', 'who-can', scenario?.path ?? '', assertion.pattern, ...(scenario?.options ?? [])];
  return [`${printable(file)}:${line}:${column}`, ...witnesses, `all: ${whole.map(shellWord).join(' ')}`];
}
