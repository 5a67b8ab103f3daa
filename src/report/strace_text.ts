import { applyRemedy } from '../explain/remedy.js';
import { grouped } from '../grouped.js';
import { MASK_NAMES } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import type {
  ExplainedCall,
  ExplainedMessage,
  ExplainedMountCall,
  LogExplanation,
} from '../programs/strace/log_explanation.js';
import type { LogBpffs, LogToken } from '../programs/strace/log_objects.js';
import { printable, shortened } from '../text/printable.js';
import { describeRemedy } from './remedy_text.js';
import {
  delegatedText,
  logCounts,
  loggedCallReason,
  loggedCallText,
  logMask,
  unprovenText,
  withoutTokenText,
} from './strace_words.js';
import { PLAIN, type Style } from './style.js';

/** Lines that are named of calls that are told of once. */
const MAX_LINES = 8;
/** Objects, calls and messages of a kind that are shown. */
const MAX_SHOWN = 100;
const MAX_TEXT = 200;

/** A log, explained, for people. */
export function straceText(explanation: LogExplanation, style: Style = PLAIN): string {
  const { profile, account, calls, mountCalls, messages, assumptions } = explanation;
  const refused = calls.filter(({ result, agreement }) => result.errno !== null && agreement !== 'disagrees');
  const differing = calls.filter(({ agreement }) => agreement === 'disagrees');
  const mounts = mountCalls.filter(({ logged, agreement }) => logged !== null || agreement === 'disagrees');
  const sections = [
    headLines(explanation, style),
    section('What the log shows', objectLines(explanation), style),
    section('Calls that disagree with the simulator', callLines(account.file, profile, differing, style), style),
    section(
      'Mounting',
      shown(mounts, (call) => mountLines(account.file, call, style)),
      style,
    ),
    section('Calls that were refused', callLines(account.file, profile, refused, style), style),
    section(
      'Messages of libbpf, and calls that no token covers',
      shown(messages, (message) => messageLines(account.file, message, style)),
      style,
    ),
    section(
      'What the log does not show',
      assumptions.map(({ basis, text }) => `  ${style.dim(`${basis}:`)} ${printable(text)}`),
      style,
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[], style: Style): readonly string[] {
  return lines.length === 0 ? [] : [style.strong(title), ...lines];
}

function shown<Item>(items: readonly Item[], linesFor: (item: Item) => readonly string[]): readonly string[] {
  const more = items.length > MAX_SHOWN ? [`  and ${items.length - MAX_SHOWN} more (--json has all)`] : [];
  return [...items.slice(0, MAX_SHOWN).flatMap(linesFor), ...more];
}

function headLines(explanation: LogExplanation, style: Style): readonly string[] {
  const { account, profile } = explanation;
  const { warnings, status } = account;
  const counts = logCounts(explanation);
  const state = status === 'passed' ? style.good(status) : style.bad(status);
  const note = warnings.length === 0 ? '' : ` (${counted(warnings.length, 'warning')})`;
  const differs = counts.disagrees === 0 ? '' : `, ${style.bad(`${counts.disagrees} do not`)}`;
  const others = [
    ...(counts.later > 0 ? [`${counts.later} refused by a later stage`] : []),
    ...(counts.earlier > 0 ? [`${counts.earlier} refused by an earlier check`] : []),
    ...(counts.not_compared > 0 ? [`${counts.not_compared} not compared`] : []),
  ];
  return [
    `${style.strong(printable(account.file))}: a log of strace: ${state}${note}`,
    ...warnings
      .slice(0, MAX_SHOWN)
      .map(
        ({ file, line, column, message }) =>
          `${printable(file)}:${line}:${column}: ${style.bad('warning')}: ${message}`,
      ),
    `${counted(counts.calls, 'bpf() call')} on ${profile.name}: ${counts.refused} refused, ${counts.without_token} without a token that could have carried one`,
    `${counts.agrees} agree with the simulator${differs}${others.length === 0 ? '' : `; ${others.join(', ')}`}`,
  ];
}

function objectLines({ profile, state, account }: LogExplanation): readonly string[] {
  const line = (kind: string, object: LogBpffs | LogToken): readonly string[] => [
    `  ${kind} ${printable(shortened(object.name, MAX_TEXT))} (${printable(account.file)}:${object.line}), of userns ${printable(object.userns.name)}: ${maskText(profile, object)}`,
  ];
  return [
    ...shown(state.bpffs, (bpffs) => line('bpffs', bpffs)),
    ...shown(state.tokens, (token) => line('token', token)),
  ];
}

function maskText(profile: Profile, { masks, isShown }: LogBpffs | LogToken): string {
  const all = MASK_NAMES.flatMap((mask) => {
    const value = logMask(profile, mask, masks, isShown);
    return value === null ? [] : [`delegate_${mask}=${value}`];
  });
  const text = all.length === 0 ? 'nothing' : all.join(',');
  if (isShown) return all.length === 0 ? 'delegates nothing' : text;
  return all.length === 0 ? 'not shown' : `at least ${text}`;
}

/** Calls that are alike are told of once. */
function callLines(file: string, profile: Profile, calls: readonly ExplainedCall[], style: Style): readonly string[] {
  const groups = grouped(calls, (call) => bodyLines(profile, call, style).join('\n'));
  return shown([...groups], ([body, [first, ...others]]) => {
    const call = first as ExplainedCall;
    const lines = others.slice(0, MAX_LINES).map(({ at }) => at.line);
    const rest = others.length > MAX_LINES ? ` and ${others.length - MAX_LINES} more` : '';
    const also = lines.length === 0 ? '' : style.dim(` (also on line ${lines.join(', ')}${rest})`);
    const returned = call.result.errno ?? `returned ${call.result.value}`;
    const consequence =
      call.step && call.step.consequence !== 'none' ? ` [${consequenceText(call.step.consequence, style)}]` : '';
    const place = `${printable(file)}:${call.at.line}:${call.at.column}`;
    return [
      `  ${place}: ${call.process}: ${style.strong(loggedCallText(profile, call))}: ${returned}${consequence}${also}`,
      body,
    ];
  });
}

function bodyLines(profile: Profile, call: ExplainedCall, style: Style): readonly string[] {
  const { step, agreement, errno, result } = call;
  const reason = loggedCallReason(profile, call);
  const answer = errno === null ? 'lets it through' : `answers ${errno}`;
  const lines = [
    ...[withoutTokenText(profile, call)].filter((text) => text !== undefined),
    ...(step ? [`${step.what}${step.consequence === 'none' || step.why === '' ? '' : `: ${step.why}`}`] : []),
    ...(agreement === 'disagrees' ? [`the simulator ${answer}${reason === undefined ? '' : `: ${reason}`}`] : []),
    ...(agreement === 'agrees' && reason !== undefined ? [`because ${reason}`] : []),
    ...(agreement === 'later' ? [`every permission was there: ${result.errno} comes of a later stage`] : []),
    ...(agreement === 'earlier'
      ? [`${result.errno} comes of a check of the attributes; the simulator answers ${errno} after it: ${reason}`]
      : []),
    ...(agreement === 'not_compared' ? ['not compared: the log does not show what the call asks'] : []),
    ...[unprovenText(call), delegatedText(call), call.hint].filter((text) => text !== undefined),
    ...remedyLines(call),
    ...call.inFront.flatMap(({ what, evidence }) => [`may have answered: ${what}`, `  look at: ${evidence}`]),
  ];
  // The reason is what most readers look for.
  return lines
    .map((text) => `      ${printable(text)}`)
    .map((text) => (text.startsWith('        look') ? style.dim(text) : text));
}

function remedyLines({ advice, context, agreement }: ExplainedCall): readonly string[] {
  if (!advice || !context || agreement !== 'agrees') return [];
  if (!advice.possible) return [`nothing makes it pass: ${advice.why}`];
  let current = context;
  return advice.changes.map((change) => {
    const { what } = describeRemedy(current, change);
    current = applyRemedy(current, change);
    return `to make it pass: ${what}`;
  });
}

function mountLines(
  file: string,
  { at, process, what, logged, errno, why, agreement, hint }: ExplainedMountCall,
  style: Style,
): readonly string[] {
  const place = `${printable(file)}:${at.line}:${at.column}`;
  const answer = errno === null ? 'lets it through' : `answers ${errno}`;
  const lines = [
    ...(agreement === 'disagrees' ? [`the simulator ${answer}`] : []),
    ...(why === undefined ? [] : [`because ${why}`]),
    ...(hint === undefined ? [] : [hint]),
  ];
  return [
    `  ${place}: ${process}: ${style.strong(printable(shortened(what, MAX_TEXT)))}: ${logged ?? 'done'}`,
    ...lines.map((text) => `      ${printable(shortened(text, 2 * MAX_TEXT))}`),
  ];
}

function messageLines(
  file: string,
  { at, text, meaning, consequence }: ExplainedMessage,
  style: Style,
): readonly string[] {
  return [
    `  ${printable(file)}:${at.line}:${at.column}: ${printable(shortened(text, MAX_TEXT))} [${consequenceText(consequence, style)}]`,
    `      ${printable(meaning)}`,
  ];
}

function consequenceText(consequence: string, style: Style): string {
  return consequence === 'fatal'
    ? style.bad(consequence)
    : consequence === 'harmless'
      ? style.good(consequence)
      : consequence;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
