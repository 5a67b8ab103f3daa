import { Disposition } from '../abi/verdict.js';
import type { ProfileEvaluation } from '../explain/across_profiles.js';
import type { CausedEvaluation } from '../explain/evaluate.js';
import type { Explanation } from '../explain/explain.js';
import type { Obstacle } from '../explain/impossible.js';
import type { Remediation } from '../explain/remediate.js';
import { applyRemedy } from '../explain/remedy.js';
import type { RequestContext } from '../explain/request_context.js';
import { checkRequestContext } from '../explain/request_context.js';
import { requireObject } from '../kernel/arguments.js';
import { takesToken } from '../kernel/commands.js';
import { profileNamed } from '../kernel/profile.js';
import { decodeVerdict, isDecided, isDropped, type Verdict } from '../kernel/verdict.js';
import type { Withheld } from '../kernel/verifier/withheld.js';
import type { Assumption } from '../request/assumptions.js';
import { printable } from '../text/printable.js';
import { describeAssumedRemedies, describeAssumption } from './assumption_text.js';
import { describeRemedy, type RemedyText } from './remedy_text.js';
import { describeCall, describeTask, describeToken } from './request_text.js';
import { PLAIN, type Style } from './style.js';
import { describeCause, describeCauseAndToken, describeDisposition, describeReason } from './verdict_text.js';

type Impossible = Extract<Remediation, { possible: false }>;

/** `ALLOWED`, `DENIED with EPERM`, or `NOT EVALUATED` where the request cannot be made. */
export function headline(verdict: Verdict, style: Style): string {
  if (verdict.allowed) return style.good('ALLOWED');
  return isDecided(verdict.outcome) ? style.bad(`DENIED with ${verdict.errno}`) : style.bad('NOT EVALUATED');
}

/** What was asked of which kernel, and the answer: a few lines. */
export function verdictText(
  { world, request }: RequestContext,
  evaluated: CausedEvaluation,
  style: Style,
  assumptions: readonly Assumption[] = [],
): string {
  const { verdict, failedByDroppedToken } = evaluated;
  const task = printable(world.tasks[request.task]?.name ?? `#${request.task}`);
  const lines = [
    `${headline(verdict, style)} on ${style.strong(printable(world.profile.name))}`,
    `  ${task} asks: ${style.strong(describeCall(world, request))}, with ${describeToken(world, request)}`,
    `  ${task} is: ${describeTask(world, request.task)}`,
    `  because ${printable(describeCause(world.profile, request, evaluated))}`,
  ];
  if (verdict.disposition !== Disposition.NONE_GIVEN && !failedByDroppedToken) {
    const fate = describeDisposition(world.profile, request, verdict.disposition);
    const wasDropped = isDropped(verdict.disposition) && takesToken(world.profile, request);
    lines.push(`  ${fate}${wasDropped ? ', so the request was decided without it' : ''}`);
  }
  lines.push(...assumptions.map((assumption) => `  note: ${describeAssumption(assumption)}`));
  return lines.join('\n');
}

/**
 * The whole explanation: verdict, every check, what to change, what other kernels say. `assumptions` are what the request was
 * taken to ask where it does not say.
 */
export function explainText(
  explanation: Explanation,
  style: Style = PLAIN,
  assumptions: readonly Assumption[] = [],
): string {
  requireObject('explanation', explanation, 'what explain() returned');
  requireObject('explanation.verdict', explanation.verdict, 'a verdict');
  checkRequestContext(explanation.context);
  const { context, verdict, steps } = explanation;
  const sections = [verdictText(context, explanation, style, assumptions)];
  if (steps.length > 0) {
    const width = Math.max(...steps.map(({ fn }) => fn.length));
    const lines = steps.map(({ fn, ok, text }) => {
      const mark = ok ? style.good('✓') : style.bad('✗');
      return `  ${mark} ${style.dim(fn.padEnd(width))}  ${printable(text)}`;
    });
    sections.push(`${style.strong('What the kernel checked')}\n${lines.join('\n')}`);
  }
  if (!verdict.allowed) sections.push(remediationText(explanation, style, assumptions));
  if (explanation.profiles.length > 0) sections.push(profilesText(explanation, style));
  return `${sections.join('\n\n')}\n`;
}

/** What would make a denied request pass, or why nothing does: some lines. */
export function remediationText(
  { context, advice }: Pick<Explanation, 'context' | 'advice'>,
  style: Style,
  assumptions: readonly Assumption[],
): string {
  if (!advice.possible) return impossibleText(context, advice, style);
  const { length } = advice.changes;
  const all = length === 2 ? 'both' : `all ${length}`;
  const title = length === 1 ? 'To make it pass' : `To make it pass, ${all} of these`;
  let current = context;
  const lines = advice.changes.flatMap((change, i) => {
    const text = describeRemedy(current, change);
    current = applyRemedy(current, change);
    return remedyLines(text, `  ${i + 1}. `, style);
  });
  const caveat = describeAssumedRemedies(assumptions, advice.changes);
  return [style.strong(title), ...lines, ...(caveat === undefined ? [] : [`  note: ${caveat}`])].join('\n');
}

function remedyLines({ what, note, steps = [] }: RemedyText, start: string, style: Style): string[] {
  const indent = ' '.repeat(start.length);
  return [
    `${start}${printable(what)}`,
    ...steps.map((step) => `${indent}- ${printable(step)}`),
    ...(note ? [style.dim(`${indent}${printable(note)}`)] : []),
  ];
}

/** Why nothing helps, and all that stands in the way where that is more than one thing. */
function impossibleText(context: RequestContext, { why, obstacles }: Impossible, style: Style): string {
  const title = style.strong('Nothing in this world makes it pass');
  const lines = obstacles.length < 2 ? [] : obstacleLines(context, obstacles);
  return [title, ...lines, `  ${printable(why)}`].join('\n');
}

function obstacleLines(context: RequestContext, obstacles: readonly Obstacle[]): string[] {
  let current = context;
  return obstacles.flatMap(({ outcome, errno, cleared }, i) => {
    const line = `  ${i + 1}. ${errno ?? 'no answer'}: ${describeReason(outcome)}`;
    if (!cleared) return [line];
    const { what } = describeRemedy(current, cleared);
    current = applyRemedy(current, cleared);
    return [line, `     ${printable(what)}, and then it is`];
  });
}

/** Profiles that give the same answer share a line; a range is written as one. */
function profilesText({ context, verdict, profiles }: Explanation, style: Style): string {
  const groups: { evaluation: ProfileEvaluation; names: string[] }[] = [];
  for (const evaluation of profiles) {
    const last = groups[groups.length - 1];
    const same =
      last?.evaluation.verdict === evaluation.verdict &&
      last.evaluation.errno === evaluation.errno &&
      last.evaluation.tokenImpossible === evaluation.tokenImpossible &&
      last.evaluation.failedByDroppedToken === evaluation.failedByDroppedToken &&
      isSameWithheld(last.evaluation.withheld, evaluation.withheld);
    if (last && same) last.names.push(evaluation.profile);
    else groups.push({ evaluation, names: [evaluation.profile] });
  }
  const labels = groups.map(({ names }) => formatRange(names));
  const width = Math.max(...labels.map((label) => label.length));
  const lines = groups.map(({ evaluation, names }, i) => {
    const { withheld } = evaluation;
    const there = { ...decodeVerdict(evaluation.verdict), errno: evaluation.errno };
    const differs = there.errno !== verdict.errno ? style.strong('  << another answer') : '';
    const here = names.includes(context.world.profile.name) ? ' (asked)' : '';
    const { failedByDroppedToken } = evaluation;
    const cause = { verdict: there, failedByDroppedToken, ...(withheld ? { withheld } : {}) };
    const why = describeCauseAndToken(profileNamed(evaluation.profile), context.request, cause);
    const note = evaluation.tokenImpossible ? '; that kernel would not have made this token' : '';
    return `  ${labels[i]?.padEnd(width)}  ${headline(there, style)}${here}: ${why}${note}${differs}`;
  });
  return `${style.strong('What other kernels say')}\n${lines.join('\n')}`;
}

function formatRange(names: readonly string[]): string {
  return names.length < 3 ? names.join(', ') : `${names[0]} to ${names[names.length - 1]}`;
}

function isSameWithheld(one: Withheld | undefined, other: Withheld | undefined): boolean {
  return one?.name === other?.name && one?.refusal === other?.refusal && one?.missing?.cap === other?.missing?.cap;
}
