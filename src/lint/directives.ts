import { linesOf, type Source } from '../dialects/source_text.js';
import { nearestOf } from '../names/nearest.js';
import { quote } from '../names/unknown_name.js';
import type { LintFinding } from './finding.js';
import { RULE_CODES } from './rules.js';

/** A finding that a comment of the file disables. */
export interface DisabledFinding {
  readonly finding: LintFinding;
  readonly reason: string;
}

/** A comment that disables rules. */
interface Directive {
  readonly codes: readonly string[];
  readonly reason: string;
  readonly file: string;
  /** The line that it is for, from 1; undefined: the whole file. */
  readonly target: number | undefined;
}

/** The comments of a file that disable rules, and what is wrong with them. */
export interface Directives {
  readonly directives: readonly Directive[];
  readonly findings: readonly LintFinding[];
}

/** `# bpftoken-disable RULE, RULE: reason`, for the next line that is no comment; `-disable-file` for the whole file. */
const DIRECTIVE = /^\s*[#;]\s*bpftoken-disable(-file)?(?:\s+([^:]*))?(?::\s*(.*))?$/;
const COMMENT = /^\s*[#;]/;

/** Reads the comments that disable rules. A rule that does not exist, and a missing reason, are findings. */
export function readDirectives({ file, text }: Source): Directives {
  const directives: Directive[] = [];
  const findings: LintFinding[] = [];
  const lines = linesOf(text);
  for (const [i, line] of lines.entries()) {
    const found = DIRECTIVE.exec(line);
    if (!found) continue;
    const [, isFile, list = '', reason = ''] = found;
    const at = { file, line: i + 1, column: line.search(/\S/) + 1, length: line.trim().length };
    const codes = list.split(/[\s,]+/).filter((code) => code !== '');
    const problem = problemOf(codes, reason.trim());
    if (problem) {
      findings.push({ code: 'disable-without-reason', severity: 'warning', ...at, ...problem });
      continue;
    }
    const next = lines.findIndex((other, k) => k > i && !COMMENT.test(other)) + 1;
    directives.push({ file, codes, reason: reason.trim(), target: isFile === undefined ? next : undefined });
  }
  return { directives, findings };
}

function problemOf(codes: readonly string[], reason: string): { message: string; nearest?: string } | undefined {
  const unknown = codes.find((code) => !RULE_CODES.includes(code));
  if (unknown !== undefined) {
    const nearest = nearestOf(unknown, RULE_CODES);
    const hint = nearest === undefined ? '' : `; did you mean ${quote(nearest)}?`;
    return { message: `no rule is called ${quote(unknown)}${hint}`, ...(nearest === undefined ? {} : { nearest }) };
  }
  if (codes.length === 0) return { message: 'the rule to disable is missing: bpftoken-disable RULE: reason' };
  if (reason === '') return { message: `a reason is missing: bpftoken-disable ${codes.join(', ')}: reason` };
  return undefined;
}

/** Findings, without those that a comment disables. */
export function splitDisabled(
  findings: readonly LintFinding[],
  directives: readonly Directives[],
): { readonly findings: readonly LintFinding[]; readonly disabled: readonly DisabledFinding[] } {
  const all = directives.flatMap((one) => one.directives);
  const kept: LintFinding[] = [];
  const disabled: DisabledFinding[] = [];
  for (const finding of findings) {
    const by = all.find(
      ({ file, codes, target }) =>
        file === finding.file && codes.includes(finding.code) && (target === undefined || target === finding.line),
    );
    if (by) disabled.push({ finding, reason: by.reason });
    else kept.push(finding);
  }
  return { findings: kept, disabled };
}
