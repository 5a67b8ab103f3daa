import { decodeVerdict } from '../kernel/verdict.js';
import type { AllowedRequests } from '../policy/allowed_requests.js';
import type { ClaimResult } from '../policy/claims.js';
import type { IntendedChange } from '../policy/intended_change.js';
import type { PairClass } from '../policy/pair_classes.js';
import type { Policy } from '../policy/policy.js';
import type { PolicyDiff } from '../policy/policy_diff.js';
import type { RequestGroup } from '../policy/request_group.js';
import type { RequestPattern } from '../policy/request_pattern.js';
import { printable } from '../text/printable.js';
import { describeCalls } from './calls_text.js';
import { count } from './format.js';
import { type PolicyFile, witnessCommand, witnessText } from './policy_witness.js';
import type { Style } from './style.js';
import { describeReason, dispositionText } from './verdict_text.js';
import { wrapNames } from './wrap_names.js';

/** What a question was asked of: files, as they are named to check a request. */
export interface PolicyQuestion {
  readonly policy: Policy;
  /** One for each world. */
  readonly files: readonly PolicyFile[];
  readonly pattern?: RequestPattern | undefined;
}

/** Classes of a group that are shown, and names of each list. */
const MAX_CLASSES = 12;
const MAX_NAMES = 8;

/** Which requests are allowed, by what each pair of a task and an object may ask; with reasons, why the others are not. */
export function allowedText(
  question: PolicyQuestion,
  { asked, allowed, groups, refused }: AllowedRequests,
  isReasons: boolean,
  style: Style,
): string {
  const lines = [
    `${style.strong(profilesOf(question))}: ${count(allowed)} of ${requests(asked)} ${allowed === 1 ? 'is' : 'are'} allowed`,
    ...groups.flatMap((group) => groupLines(question, group, style.good('allowed'), 0)),
  ];
  if (isReasons && refused.length > 0) {
    lines.push(`${style.strong('not allowed')}`);
    for (const { verdict, requests, first } of refused) {
      const { errno, outcome, disposition } = decodeVerdict(verdict);
      lines.push(
        `  ${count(requests).padStart(12)}  ${style.bad(errno ?? '-')}  ${describeReason(outcome)}; ${dispositionText(disposition)}`,
        `  ${' '.repeat(12)}  ${style.dim(witnessCommand(question.policy, question.files, 0, first))}`,
      );
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** What is allowed by one of two worlds alone. */
export function diffText(question: PolicyQuestion, diff: PolicyDiff, style: Style): string {
  return [...diffLines(question, diff, style), diffSummary(diff)].map((line) => `${line}\n`).join('');
}

function diffLines(question: PolicyQuestion, { gained, lost }: PolicyDiff, style: Style): string[] {
  return [
    ...gained.flatMap((group) => groupLines(question, group, style.good('now allowed'), 1)),
    ...lost.flatMap((group) => groupLines(question, group, style.bad('no longer allowed'), 0)),
  ];
}

function diffSummary({ asked, gained, lost }: PolicyDiff): string {
  const [more, less] = [requestsIn(gained), requestsIn(lost)];
  if (more + less === 0) return `no difference: ${allAsked(asked)}`;
  return `${count(more)} ${more === 1 ? 'request' : 'requests'} now allowed, ${count(less)} no longer, of ${count(asked)} asked`;
}

/** Whether a claim holds, with the smallest request that it does not hold of. */
export function claimText(
  question: PolicyQuestion,
  { claim, asked, against, witness }: ClaimResult,
  style: Style,
): string {
  const about = question.pattern ? `${claim} ${question.pattern.text}` : claim;
  if (!witness) return `${style.good('VERIFIED')}: ${printable(about)}: ${allAsked(asked)}\n`;
  const lines = [
    `${style.bad('DOES NOT HOLD')}: ${printable(about)}: of ${count(against)} of ${requests(asked)} asked`,
    `  the smallest: ${witnessText(question.policy, witness)}`,
    ...question.files.map((_, i) => `  ${style.dim(witnessCommand(question.policy, question.files, i, witness))}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Three steps of a change beside what is intended. */
export function intendedText(
  question: PolicyQuestion,
  { before, intended, others, holds }: IntendedChange,
  style: Style,
): string {
  const mark = (isHeld: boolean) => (isHeld ? style.good('✓') : style.bad('✗'));
  const gained = requestsIn(intended.gained);
  const lost = requestsIn(intended.lost);
  const other = requestsIn(others.gained) + requestsIn(others.lost);
  const lines = [
    `${mark(before.against === 0)} before: ${before.against === 0 ? 'none' : count(before.against)} of ${requests(before.asked, 'intended request')} allowed`,
    `${mark(gained > 0 && lost === 0)} now: ${count(gained)} of them ${gained === 1 ? 'becomes' : 'become'} allowed${lost > 0 ? `, and ${count(lost)} denied` : ''}`,
    ...diffLines(question, intended, style).map((line) => `  ${line}`),
    `${mark(other === 0)} besides: ${other === 0 ? 'none' : count(other)} of ${requests(others.asked, 'other request')} ${other > 1 ? 'change' : 'changes'}`,
    ...diffLines(question, others, style).map((line) => `  ${line}`),
    holds
      ? style.good('the change does what is intended')
      : style.bad('the change does not do what is intended, and that alone'),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function groupLines(question: PolicyQuestion, group: RequestGroup, mark: string, side: number): string[] {
  const { policy, files } = question;
  const calls = describeCalls(group.cells).flatMap((line) => wrapNames(line));
  const pairs = group.classes.slice(0, MAX_CLASSES).map((one) => pairsText(question, one));
  const rest = group.classes.length - pairs.length;
  return [
    `${mark} (${count(group.requests)})`,
    ...pairs.map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${count(rest)} more classes of tasks and tokens, ${count(group.pairs)} pairs in all`] : []),
    ...calls.map((line) => `    ${line}`),
    `    e.g. ${witnessCommand(policy, files, side, group.first)}`,
  ];
}

/** `web, ci-job with token a, b`: tasks with objects, each with each. */
function pairsText({ policy }: PolicyQuestion, pairs: PairClass): string {
  const { tasks, tokens, bpffs } = policy.aligned;
  const named = (all: number, names: readonly string[]) => {
    const shown = names.slice(0, MAX_NAMES).map((name) => printable(name));
    return all > shown.length ? `${shown.join(', ')} and ${count(all - shown.length)} more` : shown.join(', ');
  };
  const own = pairs.tasks === 1 ? [pairs.firstTask] : policy.tasksOf(pairs, MAX_NAMES);
  const who = named(
    pairs.tasks,
    own.map((task) => tasks[task]?.name ?? ''),
  );
  if (pairs.kind === 'none') return `${who} without a token`;
  const items = pairs.kind === 'token' ? tokens : bpffs;
  const objects = pairs.objects.slice(0, MAX_NAMES).map((object) => items[object]?.name ?? '');
  return `${who} with ${pairs.kind} ${named(pairs.objects.length, objects)}`;
}

/** `1 request`, `2 requests` */
function requests(number: number, what = 'request'): string {
  return `${count(number)} ${what}${number === 1 ? '' : 's'}`;
}

function allAsked(asked: number): string {
  return asked === 1 ? 'the one request asked' : `all ${count(asked)} requests asked`;
}

function profilesOf({ policy }: PolicyQuestion): string {
  return printable(policy.aligned.worlds.map(({ profile }) => profile.name).join(', '));
}

function requestsIn(groups: readonly RequestGroup[]): number {
  return groups.reduce((sum, { requests }) => sum + requests, 0);
}
