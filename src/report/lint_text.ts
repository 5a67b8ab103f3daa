import { linesOf, type Source } from '../dialects/source_text.js';
import type { DisabledFinding } from '../lint/directives.js';
import { type LintFinding, SEVERITIES } from '../lint/finding.js';
import { printable } from '../text/printable.js';
import type { Style } from './style.js';

/** A finding with its line, and a caret below what it is about. */
export function findingText(finding: LintFinding, { text }: Source, style: Style): string[] {
  const { file, line, column, length, severity, code, message, fix } = finding;
  const where = `${printable(file)}:${line}:${column}`;
  const whole = linesOf(text)[line - 1] ?? '';
  const before = printable(whole.slice(0, column - 1)).length;
  const width = Math.max(printable(whole.slice(column - 1, column - 1 + length)).length, 1);
  const number = String(line);
  const word = severity === 'suggestion' ? style.dim(severity) : style.bad(severity);
  return [
    `${style.strong(where)}: ${word}: ${message} ${style.dim(`[${code}]`)}`,
    `  ${number} | ${printable(whole)}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(before)}${style.bad('^'.repeat(width))}${fix ? style.dim(' --fix mends this') : ''}`,
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
