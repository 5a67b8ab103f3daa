import type { Disposition, Outcome } from '../abi/verdict.js';
import { errnoOf, isAllowed, isDecided, OUTCOMES, outcomeName } from '../kernel/verdict.js';
import type { World } from '../kernel/world.js';
import { printable } from '../text/printable.js';
import type { Style } from './style.js';
import { describeReason, dispositionText } from './verdict_text.js';

/** What a batch counted, as far as showing it goes. */
export interface BatchCounts {
  readonly rows: number;
  /** Rows by verdict byte: 256 counts. */
  readonly verdicts: Float64Array;
  /** Rows by task and outcome, at task * 32 + outcome; one task more than the world has, for rows without a known one. */
  readonly tasks: Float64Array;
  readonly elapsedMs: number;
  /** Bytes of memory the process had at most, where that is to be shown. */
  readonly peakMemory?: number;
}

/** Rows by what became of them. */
export interface Totals {
  allowed: number;
  denied: number;
  /** Rows no kernel could be asked: unreadable, without a known task or token, or for the model alone. */
  undecided: number;
}

const TASKS_SHOWN = 40;

/** Allowed, denied and undecided rows. */
export function totalsOf({ verdicts }: BatchCounts): Totals {
  const totals: Totals = { allowed: 0, denied: 0, undecided: 0 };
  byOutcome(verdicts).forEach((count, outcome) => {
    if (isAllowed(outcome)) totals.allowed += count;
    else if (isDecided(outcome)) totals.denied += count;
    else totals.undecided += count;
  });
  return totals;
}

/** Rows by outcome, those that occurred. */
export function byOutcome(verdicts: Float64Array): Map<Outcome, number> {
  const counts = new Map<Outcome, number>();
  verdicts.forEach((count, byte) => {
    const outcome = (byte % OUTCOMES) as Outcome;
    if (count > 0) counts.set(outcome, (counts.get(outcome) ?? 0) + count);
  });
  return counts;
}

/** Rows by what became of the token, those that occurred. */
export function byDisposition(verdicts: Float64Array): Map<Disposition, number> {
  const counts = new Map<Disposition, number>();
  verdicts.forEach((count, byte) => {
    const disposition = Math.floor(byte / OUTCOMES) as Disposition;
    if (count > 0) counts.set(disposition, (counts.get(disposition) ?? 0) + count);
  });
  return counts;
}

/** The summary of a batch for people: totals and rate, outcomes with reasons, tokens, and who is denied what. */
export function summaryText(world: World, counts: BatchCounts, style: Style): string {
  return [
    totalsText(world, counts, style),
    ...[
      section('Answers', outcomeRows(counts), style),
      section('Tokens', tokenRows(counts), style),
      section('Tasks', taskRows(world, counts), style),
    ]
      .filter((part) => part !== '')
      .map((part) => `${part}\n`),
  ].join('\n');
}

/** The first two lines of it: totals, rate and memory. */
export function totalsText(world: World, counts: BatchCounts, style: Style): string {
  const { allowed, denied, undecided } = totalsOf(counts);
  const memory = counts.peakMemory === undefined ? '' : `, ${Math.round(counts.peakMemory / 1e6)} MB at most`;
  const time = formatTime(counts.rows, counts.elapsedMs);
  const head = `${style.strong(printable(world.profile.name))}: ${count(counts.rows)} requests${time}${memory}`;
  const totals = [
    [style.good('allowed'), allowed],
    [style.bad('denied'), denied],
    ['undecided', undecided],
  ] as const;
  const totalLine = totals
    .filter(([, rows]) => rows > 0)
    .map(([name, rows]) => `${name} ${count(rows)} (${percent(rows, counts.rows)})`)
    .join(', ');
  return `${head}\n  ${totalLine || 'no rows'}\n`;
}

function outcomeRows(counts: BatchCounts): string[][] {
  return sorted(byOutcome(counts.verdicts)).map(([outcome, rows]) => [
    count(rows),
    percent(rows, counts.rows),
    isAllowed(outcome) ? 'allowed' : (errnoOf(outcome) ?? '-'),
    describeReason(outcome),
  ]);
}

function tokenRows(counts: BatchCounts): string[][] {
  return sorted(byDisposition(counts.verdicts)).map(([disposition, rows]) => [
    count(rows),
    percent(rows, counts.rows),
    dispositionText(disposition),
  ]);
}

/** Who asked, how much was denied, and the two most frequent reasons. */
function taskRows(world: World, { tasks }: BatchCounts): string[][] {
  const rows = [...world.tasks.map(({ name }) => name), '(unknown task)'].flatMap((name, id) => {
    const counts = tasks.subarray(id * OUTCOMES, (id + 1) * OUTCOMES);
    const asked = counts.reduce((sum, n) => sum + n, 0);
    if (asked === 0) return [];
    const refused = [...counts.entries()].filter(([outcome, n]) => n > 0 && !isAllowed(outcome as Outcome));
    refused.sort(([, a], [, b]) => b - a);
    const denied = refused.reduce((sum, [, n]) => sum + n, 0);
    const why = refused
      .slice(0, 2)
      .map(([outcome, n]) => `${outcomeName(outcome as Outcome)} ${percent(n, asked)}`)
      .join(', ');
    return [
      { denied, cells: [printable(name), `${count(asked)} asked`, `${percent(denied, asked)} not allowed`, why] },
    ];
  });
  rows.sort((a, b) => b.denied - a.denied);
  const shown = rows.slice(0, TASKS_SHOWN).map(({ cells }) => cells);
  if (rows.length > TASKS_SHOWN) shown.push([`and ${rows.length - TASKS_SHOWN} more`, '', '', '']);
  return shown;
}

function section(title: string, rows: readonly (readonly string[])[], style: Style): string {
  if (rows.length === 0) return '';
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) =>
        /^[\d,.%]+$/.test(cell) || /asked$/.test(cell) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `${style.strong(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function sorted<K>(counts: ReadonlyMap<K, number>): [K, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** How long rows took, and how many a second that is: ` in 0.87 s, 22.9 million a second`. */
export function formatTime(rows: number, elapsedMs: number): string {
  const seconds = elapsedMs / 1000;
  return seconds > 0 ? ` in ${seconds.toFixed(seconds < 10 ? 2 : 1)} s, ${formatRate(rows / seconds)}` : '';
}

/** 1234567 as `1,234,567`. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** A share as `12.3%`. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)}%`;
}

/** A rate as `8.1 million a second`. */
export function formatRate(perSecond: number): string {
  return perSecond >= 1e6
    ? `${(perSecond / 1e6).toFixed(1)} million a second`
    : `${count(Math.round(perSecond))} a second`;
}
