import type { DisabledFinding } from '../lint/directives.js';
import type { LintFinding } from '../lint/finding.js';
import type { LintJson } from './schemas/lint.js';

/** What a run of the linter found. */
export interface LintRun {
  /** Name of the kernel. */
  readonly profile: string;
  readonly files: number;
  readonly findings: readonly LintFinding[];
  readonly disabled: readonly DisabledFinding[];
  readonly fixed: readonly LintFinding[];
}

/** Findings as JSON. */
export function lintJson({ profile, files, findings, disabled, fixed }: LintRun): LintJson {
  return {
    schema: 'bpf-token-sim/lint/1',
    profile,
    files,
    findings: findings.map(findingJson),
    disabled: disabled.map(({ finding, reason }) => ({ finding: findingJson(finding), reason })),
    fixed: fixed.map(findingJson),
  };
}

function findingJson(finding: LintFinding): LintJson['findings'][number] {
  const { code, severity, file, line, column, length, message, nearest = null, fix } = finding;
  return { code, severity, file, line, column, length, message, nearest, fixable: fix !== undefined };
}
