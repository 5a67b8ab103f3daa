import type { Diagnostic } from '../diagnostics/diagnostics.js';
import type { Edit } from '../dialects/line_account.js';

/**
 * `error`: a part of the file does nothing, or fails. `security`: more can be done than the file seems to say. `warning`: something
 * that fails with usual programs. `suggestion`: what can be written more plainly.
 */
export const SEVERITIES = ['error', 'security', 'warning', 'suggestion'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule found, and where. */
export interface LintFinding extends Diagnostic {
  /** The rule: a name of RULES. */
  readonly code: string;
  readonly severity: Severity;
  /** Of the piece that it is about, in UTF-16 units. */
  readonly length: number;
  /** What puts it right, where that is certain. */
  readonly fix?: readonly Edit[] | undefined;
}
