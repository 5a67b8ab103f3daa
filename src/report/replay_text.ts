import { FAMILIES, type Family } from '../conformance/record.js';
import type { Disagreement, FamilyCount, Tally } from '../conformance/tally.js';
import { decodeVerdict, dispositionName, outcomeName } from '../kernel/verdict.js';
import { printable } from '../text/printable.js';
import { recordWords } from './record_words.js';
import type { Style } from './style.js';
import { dispositionText, reasonText } from './verdict_words.js';

interface Run {
  readonly files: number;
  readonly elapsedMs: number;
}

/** What a replay found, for people. */
export function replayText(tally: Tally, { files, elapsedMs }: Run, style: Style): string {
  const profiles = [...tally.profiles].map(([name, cases]) => `${name} ${count(cases)}`).join(', ');
  const seconds = (elapsedMs / 1000).toFixed(1);
  const head = `${count(tally.cases)} cases of ${files} recording${files === 1 ? '' : 's'} in ${seconds} s`;
  return `${head}${profiles === '' ? '' : `\n  ${profiles}`}\n\n${replayTables(tally, style)}`;
}

/** The counts, the stages outside the model, and the first disagreements. */
export function replayTables(tally: Tally, style: Style): string {
  const parts = [
    `${table(tally, style)}\n${count(tally.askedOfWasm)} of them were put to the hot path too\n`,
    stages(tally, style),
    tally.otherReadings === 0
      ? ''
      : `${count(tally.otherReadings)} cases agreed where the format leaves open what was asked (docs/recordings.md)\n`,
    kinds(tally, style),
    tally.first.map((one) => `${disagreementText(one, style)}\n`).join('\n'),
    ending(tally, style),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function table(tally: Tally, style: Style): string {
  const rows = familiesOf(tally).map(([family, n]) => [family, n.cases, n.agreed, n.disagreed, outsideOf(n)] as const);
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
function familiesOf({ families }: Tally): [Family, FamilyCount][] {
  return FAMILIES.flatMap((family) => {
    const counts = families.get(family);
    return counts ? [[family, counts] as [Family, FamilyCount]] : [];
  });
}

function outsideOf({ outside }: FamilyCount): number {
  return [...outside.values()].reduce((sum, n) => sum + n, 0);
}

/** Cases outside the model by stage, over all families. */
function stagesOf(tally: Tally): Map<string, number> {
  const stages = new Map<string, number>();
  for (const { outside } of tally.families.values()) {
    for (const [stage, n] of outside) stages.set(stage, (stages.get(stage) ?? 0) + n);
  }
  return new Map([...stages].sort(([, a], [, b]) => b - a));
}

function stages(tally: Tally, style: Style): string {
  const rows = [...stagesOf(tally)].map(
    ([stage, n]) => `${count(n).padStart(11)} ${((100 * n) / tally.cases).toFixed(2).padStart(6)}%  ${stage}`,
  );
  if (rows.length === 0) return '';
  return `${style.strong('Outside the model: the kernel spoke after every permission check, at')}\n${rows.join('\n')}\n`;
}

/** Kinds of disagreements that are shown; of the others the number. */
const SHOWN_KINDS = 20;

function kinds(tally: Tally, style: Style): string {
  const all = kindsOf(tally);
  if (all.length === 0) return '';
  const rows = all.slice(0, SHOWN_KINDS).map(([kind, n]) => `${count(n).padStart(11)}  ${printable(kind)}`);
  if (all.length > SHOWN_KINDS) rows.push(`${' '.repeat(13)}and ${count(all.length - SHOWN_KINDS)} other kinds`);
  return `${style.strong('Disagreements by what was asked')}\n${rows.join('\n')}\n`;
}

/** The most frequent first. */
function kindsOf({ kinds: all }: Tally): [string, number][] {
  return [...all].sort(([, a], [, b]) => b - a);
}

function disagreementText({ file, profile, judged, checks }: Disagreement, style: Style): string {
  const { record, differences, model, wasm } = judged;
  const indent = (lines: readonly string[], by: string): string[] => lines.map((line) => `${by}${line}`);
  const lines = [
    style.bad(
      printable(`DISAGREED  ${file}:${record.line}: case ${record.case} of ${record.kernel}, asked of ${profile}`),
    ),
    ...indent(recordWords(record, profile), '  '),
    ...differences.map(({ what, kernel, model: said }) =>
      printable(`  ${what}: the kernel says ${kernel}, the model says ${said}`),
    ),
  ];
  if (model !== null) lines.push(`  the model's reason: ${verdictWords(model)}`);
  if (wasm && (wasm.request !== model || wasm.batch !== model)) {
    lines.push(`  the hot path says otherwise: ${verdictWords(wasm.request)}; in a batch: ${verdictWords(wasm.batch)}`);
  } else if (wasm) {
    lines.push('  the hot path says as the model');
  }
  lines.push(...checks.map(({ fn, ok, text }) => style.dim(`    ${ok ? '✓' : '✗'} ${fn}: ${printable(text)}`)));
  return lines.join('\n');
}

function verdictWords(byte: number): string {
  const { outcome, disposition } = decodeVerdict(byte);
  return `${outcomeName(outcome)}, ${reasonText(outcome)}; ${dispositionText(disposition)}`;
}

function ending(tally: Tally, style: Style): string {
  if (tally.cases === 0) return 'there are no cases\n';
  if (tally.disagreed === 0) return `${style.good('no disagreement')}\n`;
  const more = tally.disagreed - tally.first.length;
  const what = tally.disagreed === 1 ? 'disagreement' : 'disagreements';
  return style.bad(`${count(tally.disagreed)} ${what}${more > 0 ? `, ${count(more)} of them not shown` : ''}\n`);
}

/** The same for programs; without how long it took, so that two runs say the same. */
export function replayJson(tally: Tally): object {
  return {
    cases: tally.cases,
    disagreed: tally.disagreed,
    other_readings: tally.otherReadings,
    asked_of_hot_path: tally.askedOfWasm,
    profiles: Object.fromEntries(tally.profiles),
    families: Object.fromEntries(
      familiesOf(tally).map(([family, { cases, agreed, disagreed, outside }]) => [
        family,
        { cases, agreed, disagreed, outside: Object.fromEntries(outside) },
      ]),
    ),
    outside: Object.fromEntries(stagesOf(tally)),
    disagreement_kinds: Object.fromEntries(kindsOf(tally)),
    disagreements: tally.first.map(disagreementJson),
  };
}

function disagreementJson({ file, profile, judged, checks }: Disagreement): object {
  const { record, differences, model, wasm } = judged;
  return {
    file,
    line: record.line,
    case: record.case,
    family: record.family,
    kernel: record.kernel,
    profile,
    situation: recordWords(record, profile),
    differences,
    model: model === null ? null : verdictJson(model),
    hot_path: wasm && { request: verdictJson(wasm.request), batch: verdictJson(wasm.batch) },
    checks,
  };
}

function verdictJson(byte: number): object {
  const { outcome, disposition, allowed, errno } = decodeVerdict(byte);
  return { allowed, errno, reason: outcomeName(outcome), token: dispositionName(disposition), verdict_byte: byte };
}

function count(number: number): string {
  return number.toLocaleString('en');
}
