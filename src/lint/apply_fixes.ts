import type { Edit } from '../dialects/line_account.js';
import type { Source } from '../dialects/source_text.js';
import type { LintFinding } from './finding.js';

/** A text whose findings were put right, as far as that is certain. */
export interface FixedText {
  readonly text: string;
  /** What was put right. */
  readonly fixed: readonly LintFinding[];
}

/** Makes the edits of findings of a file. Of two findings whose edits overlap, the first is put right. */
export function applyFixes({ file, text }: Source, findings: readonly LintFinding[]): FixedText {
  const starts = lineStarts(text);
  const taken: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  const fixed: LintFinding[] = [];
  for (const finding of findings) {
    if (!finding.fix || finding.file !== file) continue;
    const edits = finding.fix.map((edit) => placed(edit, starts));
    const isFree = edits.every(({ start, end }) => taken.every((other) => end <= other.start || start >= other.end));
    if (!isFree) continue;
    taken.push(...edits);
    fixed.push(finding);
  }
  const breaks = /\r\n/.test(text) && !/(?:^|[^\r])\n/.test(text) ? '\r\n' : '\n';
  let result = text;
  for (const { start, end, text: written } of taken.sort((a, b) => b.start - a.start)) {
    result = result.slice(0, start) + written.replaceAll('\n', breaks) + result.slice(end);
  }
  return { text: result, fixed };
}

function placed({ at, text }: Edit, starts: readonly number[]) {
  const start = (starts[at.line - 1] ?? 0) + at.column - 1;
  return { start, end: start + at.length, text };
}

/** Where each line of a text starts. A byte order mark is no part of the first. */
function lineStarts(text: string): number[] {
  const starts = [text.startsWith('\ufeff') ? 1 : 0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}
