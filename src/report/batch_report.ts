import { describeDiagnostic } from '../batch/errors.js';
import type { Summary } from '../batch/summary/summary.js';
import { decodeVerdict, dispositionName, OUTCOMES, outcomeName } from '../kernel/verdict.js';
import { byDisposition, byOutcome } from '../kernel/verdict_counts.js';
import type { World } from '../kernel/world.js';
import { printable } from '../text/printable.js';
import { countsJson } from './counts_json.js';
import { count, percent } from './format.js';
import { groupsJson } from './groups_json.js';
import { groupsText } from './groups_text.js';
import type { EvalJson } from './schemas/eval.js';
import type { Style } from './style.js';
import { summaryText, totalsOf, totalsText } from './summary_text.js';
import { verdictOfByteJson } from './verdict_json.js';
import { formatVerdict } from './verdict_text.js';

/** What a batch counted, for people: by its groups where rows are grouped. */
export function batchText(world: World, summary: Summary, style: Style): string {
  const { groupBy, groups } = summary;
  if (!groupBy || !groups) return summaryText(world, summary, style);
  return `${totalsText(world, summary, style)}\n${groupsText(groupBy, groups, summary.rows, style)}`;
}

/** What a batch found besides its counts, for people: other profiles, expectations, rows that could not be read. */
export function batchNotes(summary: Summary, file: string, style: Style): string {
  const { comparisons, expectations, problems, rows } = summary;
  const at = (line: number | undefined, row: number | undefined) =>
    printable(line === undefined ? `${file === '' ? '' : `${file}: `}row ${row}` : `${file}:${line}`);
  const lines: string[] = [];
  for (const { profile, answers, verdicts, first } of comparisons) {
    lines.push(
      `${printable(profile)} answers ${count(answers)} rows otherwise (${percent(answers, rows)}), ` +
        `and gives another reason or drops the token elsewhere in ${count(verdicts - answers)} more`,
    );
    for (const { line, row, verdict, other } of first) {
      lines.push(`  ${at(line, row)}: ${formatVerdict(verdict)} here, ${formatVerdict(other)} there`);
    }
    if (answers > first.length) lines.push(`  and ${count(answers - first.length)} more; --compare-out writes all`);
  }
  if (expectations.checked > 0) {
    const { checked, unmet } = expectations;
    const words = `${count(checked - unmet)} of ${count(checked)} expectations hold`;
    lines.push(unmet > 0 ? style.bad(words) : style.good(words));
    for (const { line, row, expected, verdict } of expectations.first) {
      const { allowed, errno, outcome } = decodeVerdict(verdict);
      const got = allowed ? 'allowed' : (errno ?? 'no answer');
      lines.push(`  ${at(line, row)}: expected ${expected}, got ${got} (${outcomeName(outcome)})`);
    }
    if (unmet > expectations.first.length) lines.push(`  and ${count(unmet - expectations.first.length)} more`);
  }
  for (const { name, nearest } of problems.unknownColumns) {
    lines.push(
      `column ${printable(name)} is none of a request table, and ignored${nearest ? `; did you mean ${nearest}?` : ''}`,
    );
  }
  if (problems.total > 0) {
    const bad = problems.rows === 1 ? '1 row has' : `${count(problems.rows)} rows have`;
    lines.push(style.bad(`${bad} something wrong; not evaluated`));
    lines.push(...problems.first.map((problem) => `  ${describeDiagnostic(file, problem)}`));
    if (problems.total > problems.first.length)
      lines.push(`  and ${count(problems.total - problems.first.length)} more`);
    const kinds = Object.entries(problems.counts).filter(([, n]) => n > 0);
    lines.push(`  by kind: ${kinds.map(([kind, n]) => `${kind} ${count(n)}`).join(', ')}`);
  }
  if (summary.isTruncated) lines.push('output was closed early; counts cover the rows decided before that');
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n`;
}

/** A batch's summary as JSON. */
export function batchJson(world: World, summary: Summary): EvalJson {
  const { problems, expectations } = summary;
  const tasks = [...world.tasks.map(({ name }) => name), null].flatMap((task, id) => {
    const counts = summary.tasks.subarray(id * OUTCOMES, (id + 1) * OUTCOMES);
    const outcomes = [...counts.entries()].filter(([, rows]) => rows > 0);
    if (outcomes.length === 0) return [];
    return [{ task, outcomes: Object.fromEntries(outcomes.map(([outcome, rows]) => [outcomeName(outcome), rows])) }];
  });
  return {
    schema: 'bpf-token-sim/eval/1',
    profile: summary.profile,
    rows: summary.rows,
    ...totalsOf(summary),
    bad_rows: summary.badRows,
    elapsed_ms: Math.round(summary.elapsedMs),
    peak_memory_bytes: summary.peakMemory,
    outcomes: countsJson(byOutcome(summary.verdicts), outcomeName),
    tokens: countsJson(byDisposition(summary.verdicts), dispositionName),
    tasks,
    summary: summary.groupBy && summary.groups ? groupsJson(summary.groupBy, summary.groups) : null,
    compared: summary.comparisons.map(({ profile, answers, verdicts, first }) => ({
      profile,
      answers,
      verdicts,
      first: first.map(({ row, line, verdict, other }) => ({
        row,
        line: line ?? null,
        here: verdictOfByteJson(verdict),
        there: verdictOfByteJson(other),
      })),
    })),
    expectations: {
      checked: expectations.checked,
      unmet: expectations.unmet,
      first: expectations.first.map(({ row, line = null, expected, verdict }) => ({
        row,
        line,
        expected,
        got: outcomeName(decodeVerdict(verdict).outcome),
      })),
    },
    problems: {
      total: problems.total,
      rows: problems.rows,
      counts: problems.counts,
      first: problems.first.map(({ kind, line = null, row = null, column = null, message, nearest = null }) => ({
        kind,
        line,
        row,
        column,
        message,
        nearest,
      })),
      unknown_columns: problems.unknownColumns.map(({ name, nearest = null }) => ({ name, nearest })),
    },
    cut_short: summary.isTruncated,
  };
}
