import type { DisabledFinding } from '../lint/directives.js';
import { type LintFinding, SEVERITIES } from '../lint/finding.js';
import { printable } from '../text/printable.js';
import type { Style } from './style.js';

/** UTF-16 units of a line that are shown, and how many of them before what a finding is about. */
const MAX_SHOWN = 160;
const SHOWN_BEFORE = 80;

/** A finding with its line, and a caret below what it is about. Of a long line, the part around it is shown. */
export function findingText(finding: LintFinding, whole: string, style: Style): string[] {
  const { file, line, column, length, severity, code, message, fix } = finding;
  const where = `${printable(file)}:${line}:${column}`;
  const start = whole.length > MAX_SHOWN ? Math.max(0, column - 1 - SHOWN_BEFORE) : 0;
  const end = start + MAX_SHOWN;
  const ahead = (start > 0 ? '...' : '') + printable(whole.slice(start, column - 1));
  const part = printable(whole.slice(column - 1, Math.min(end, column - 1 + length)));
  const rest = printable(whole.slice(column - 1 + length, end)) + (end < whole.length ? '...' : '');
  const number = String(line);
  const word = severity === 'suggestion' ? style.dim(severity) : style.bad(severity);
  const caret = style.bad('^'.repeat(Math.max(part.length, 1)));
  return [
    `${style.strong(where)}: ${word}: ${message} ${style.dim(`[${code}]`)}`,
    `  ${number} | ${ahead}${part}${rest}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(ahead.length)}${caret}${fix ? style.dim(' --fix mends this') : ''}`,
  ];
}

/** What a comment disables, with its reason. */
export function disabledText({ finding, reason }: DisabledFinding, style: Style): string {
  const { file, line, column, code } = finding;
  return `${printable(file)}:${line}:${column}: ${style.dim('disabled')}: ${code}: ${printable(reason)}`;
}

/** `2 errors, 1 warning in 3 files`. */
export function lintSummary(findings: readonly LintFinding[], files: number): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const noun = severity === 'security' ? 'security finding' : severity;
    return count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`];
  });
  const where = `${files} ${files === 1 ? 'file' : 'files'}`;
  return counts.length === 0 ? `nothing found in ${where}` : `${counts.join(', ')} in ${where}`;
}
