import type { Outcome } from '../abi/verdict.js';
import { errnoOf, isAllowed, isDecided, OUTCOMES, outcomeName } from '../kernel/verdict.js';
import { byDisposition, byOutcome } from '../kernel/verdict_counts.js';
import type { World } from '../kernel/world.js';
import { printable } from '../text/printable.js';
import { count, formatTime, percent } from './format.js';
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
  /** Rows that were not evaluated: unreadable, without a known task or token, or for the model alone. */
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
