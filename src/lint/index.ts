// What is wrong with a file of another tool that describes a delegation.

export { applyFixes, type FixedText } from './apply_fixes.js';
export type { DisabledFinding } from './directives.js';
export { type LintFinding, SEVERITIES, type Severity } from './finding.js';
export { type LintOptions, type LintResult, lint } from './lint.js';
export type { Rule } from './rule.js';
export { RULES } from './rules.js';
