import { FAMILIES, type Family } from '../conformance/record.js';
import type { Disagreement, FamilyCount, ReplayStats } from '../conformance/replay_stats.js';
import { decodeVerdict, outcomeName } from '../kernel/verdict.js';
import { printable } from '../text/printable.js';
import { describeRecord } from './record_text.js';
import type { ComparisonJson, DisagreementJson, ReplayJson } from './schemas/replay.js';
import type { Style } from './style.js';
import { verdictOfByteJson } from './verdict_json.js';
import { describeReason, dispositionText } from './verdict_text.js';

interface Run {
  readonly files: number;
  readonly elapsedMs: number;
}

/** What a replay found, for people. */
export function replayText(stats: ReplayStats, { files, elapsedMs }: Run, style: Style): string {
  const profiles = [...stats.profiles].map(([name, cases]) => `${name} ${count(cases)}`).join(', ');
  const seconds = (elapsedMs / 1000).toFixed(1);
  const head = `${count(stats.cases)} cases of ${files} recording${files === 1 ? '' : 's'} in ${seconds} s`;
  return `${head}${profiles === '' ? '' : `\n  ${profiles}`}\n\n${replayTables(stats, style)}`;
}

/** The counts, the stages outside the model, and the first disagreements. */
export function replayTables(stats: ReplayStats, style: Style): string {
  const parts = [
    `${table(stats, style)}\n${count(stats.askedOfWasm)} of them were put to the hot path too\n`,
    outOfScope(stats, style),
    stats.otherReadings === 0
      ? ''
      : `${count(stats.otherReadings)} cases agreed where the format leaves open what was asked (docs/recordings.md)\n`,
    kinds(stats, style),
    stats.first.map((one) => `${disagreementText(one, style)}\n`).join('\n'),
    ending(stats, style),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function table(stats: ReplayStats, style: Style): string {
  const rows = familiesOf(stats).map(([family, n]) => [family, n.cases, n.agreed, n.disagreed, outsideOf(n)] as const);
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, i) =>
        i === 0 ? String(cell).padEnd(14) : (typeof cell === 'number' ? count(cell) : cell).padStart(11),
      )
      .join('');
  const head = line(['family', 'cases', 'agreed', 'disagreed', 'outside']);
  return [style.strong(head), ...rows.map((row) => (row[3] > 0 ? style.bad(line(row)) : line(row)))].join('\n');
}

/** Those that occurred, in the order of the format. */
function familiesOf({ families }: ReplayStats): [Family, FamilyCount][] {
  return FAMILIES.flatMap((family) => {
    const counts = families.get(family);
    return counts ? [[family, counts] as [Family, FamilyCount]] : [];
  });
}

function outsideOf({ outside }: FamilyCount): number {
  return [...outside.values()].reduce((sum, n) => sum + n, 0);
}

/** Cases outside the model by stage, over all families. */
function outOfScopeOf(stats: ReplayStats): Map<string, number> {
  const outOfScope = new Map<string, number>();
  for (const { outside } of stats.families.values()) {
    for (const [outOfScopeRule, n] of outside)
      outOfScope.set(outOfScopeRule, (outOfScope.get(outOfScopeRule) ?? 0) + n);
  }
  return new Map([...outOfScope].sort(([, a], [, b]) => b - a));
}

function outOfScope(stats: ReplayStats, style: Style): string {
  const rows = [...outOfScopeOf(stats)].map(
    ([outOfScopeRule, n]) =>
      `${count(n).padStart(11)} ${((100 * n) / stats.cases).toFixed(2).padStart(6)}%  ${outOfScopeRule}`,
  );
  if (rows.length === 0) return '';
  return `${style.strong('Outside the model: the kernel spoke after every permission check, at')}\n${rows.join('\n')}\n`;
}

/** Kinds of disagreements that are shown; of the others the number. */
const MAX_SHOWN_KINDS = 20;

function kinds(stats: ReplayStats, style: Style): string {
  const all = kindsOf(stats);
  if (all.length === 0) return '';
  const rows = all.slice(0, MAX_SHOWN_KINDS).map(([kind, n]) => `${count(n).padStart(11)}  ${printable(kind)}`);
  if (all.length > MAX_SHOWN_KINDS)
    rows.push(`${' '.repeat(13)}and ${count(all.length - MAX_SHOWN_KINDS)} other kinds`);
  return `${style.strong('Disagreements by what was asked')}\n${rows.join('\n')}\n`;
}

/** The most frequent first. */
function kindsOf({ kinds: all }: ReplayStats): [string, number][] {
  return [...all].sort(([, a], [, b]) => b - a);
}

function disagreementText({ file, profile, compared, checks }: Disagreement, style: Style): string {
  const { record, differences, model, wasm } = compared;
  const indent = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);
  const lines = [
    style.bad(
      printable(`DISAGREED  ${file}:${record.line}: case ${record.case} of ${record.kernel}, asked of ${profile}`),
    ),
    ...indent(describeRecord(record, profile), '  '),
    ...differences.map(({ what, kernel, model: said }) =>
      printable(`  ${what}: the kernel says ${kernel}, the model says ${said}`),
    ),
  ];
  if (model !== null) lines.push(`  the model's reason: ${describeVerdict(model)}`);
  if (wasm && (wasm.request !== model || wasm.batch !== model)) {
    lines.push(
      `  the hot path says otherwise: ${describeVerdict(wasm.request)}; in a batch: ${describeVerdict(wasm.batch)}`,
    );
  } else if (wasm) {
    lines.push('  the hot path says as the model');
  }
  lines.push(...checks.map(({ fn, ok, text }) => style.dim(`    ${ok ? '✓' : '✗'} ${fn}: ${printable(text)}`)));
  return lines.join('\n');
}

function describeVerdict(byte: number): string {
  const { outcome, disposition } = decodeVerdict(byte);
  return `${outcomeName(outcome)}, ${describeReason(outcome)}; ${dispositionText(disposition)}`;
}

function ending(stats: ReplayStats, style: Style): string {
  if (stats.cases === 0) return 'there are no cases\n';
  if (stats.disagreed === 0) return `${style.good('no disagreement')}\n`;
  const more = stats.disagreed - stats.first.length;
  const what = stats.disagreed === 1 ? 'disagreement' : 'disagreements';
  return style.bad(`${count(stats.disagreed)} ${what}${more > 0 ? `, ${count(more)} of them not shown` : ''}\n`);
}

/** The same for programs; without how long it took, so that two runs say the same. */
export function replayJson(stats: ReplayStats): ReplayJson {
  return { schema: 'bpf-token-sim/replay/1', ...comparisonJson(stats) };
}

/** What was compared with recordings, as JSON. */
export function comparisonJson(stats: ReplayStats): ComparisonJson {
  return {
    cases: stats.cases,
    disagreed: stats.disagreed,
    other_readings: stats.otherReadings,
    asked_of_hot_path: stats.askedOfWasm,
    profiles: Object.fromEntries(stats.profiles),
    families: Object.fromEntries(
      familiesOf(stats).map(([family, { cases, agreed, disagreed, outside }]) => [
        family,
        { cases, agreed, disagreed, outside: Object.fromEntries(outside) },
      ]),
    ),
    outside: Object.fromEntries(outOfScopeOf(stats)),
    disagreement_kinds: Object.fromEntries(kindsOf(stats)),
    disagreements: stats.first.map(disagreementJson),
  };
}

function disagreementJson({ file, profile, compared, checks }: Disagreement): DisagreementJson {
  const { record, differences, model, wasm } = compared;
  return {
    file,
    line: record.line,
    case: record.case,
    family: record.family,
    kernel: record.kernel,
    profile,
    description: describeRecord(record, profile),
    differences,
    model: model === null ? null : verdictOfByteJson(model),
    hot_path: wasm && { request: verdictOfByteJson(wasm.request), batch: verdictOfByteJson(wasm.batch) },
    steps: checks,
  };
}

function count(number: number): string {
  return number.toLocaleString('en');
}
