import type { Delegation } from '../dialects/delegation.js';
import { type ReadDelegationsOptions, readDelegations } from '../dialects/read_delegations.js';
import type { GivenFacts } from '../dialects/resolve_delegation.js';
import type { Source } from '../dialects/source_text.js';
import { NEWEST_PROFILE } from '../kernel/profile.js';
import { type DisabledFinding, readDirectives, splitDisabled } from './directives.js';
import type { LintFinding } from './finding.js';
import { findingOf, type LintContext, type LintedReading } from './rule.js';
import { RULES } from './rules.js';

/** What is stated besides the files. */
export interface LintOptions extends ReadDelegationsOptions, GivenFacts {
  /** Whether SELinux decides. It checks tokens from 7.0 on. */
  readonly selinux?: boolean | undefined;
}

/** What the rules found. */
export interface LintResult {
  readonly reading: LintedReading;
  /** In the order of the text. */
  readonly findings: readonly LintFinding[];
  /** What comments of the file disable, each with its reason. */
  readonly disabled: readonly DisabledFinding[];
}

/**
 * Looks for what does nothing, fails, or allows more than it seems to. `attached` are drop-ins of a unit. Throws an
 * UnknownFormatError as readDelegations() does.
 */
export function lint(source: Source, options: LintOptions = {}, attached: readonly Source[] = []): LintResult {
  return lintReading(readDelegations(source, options, attached), [source, ...attached], options);
}

/** Looks at what was read of some files. */
export function lintReading(read: LintedReading, files: readonly Source[], options: LintOptions = {}): LintResult {
  const { profile = NEWEST_PROFILE, selinux = false } = options;
  const reading = { ...read, delegations: read.delegations.map((delegation) => stated(delegation, options)) };
  const context: LintContext = { reading, profile, selinux };
  const losesNames = RULES.some((rule) => rule.losesNames && [...rule.check(context)].length > 0);
  const rules = RULES.filter(({ needsWholeMasks }) => !(needsWholeMasks && losesNames));
  const found = rules.flatMap((rule) => [...rule.check(context)].map((one) => findingOf(rule, one)));
  const directives = files.map(readDirectives);
  const { findings, disabled } = splitDisabled(found, directives);
  const all = [...findings, ...directives.flatMap((one) => one.findings)];
  const order = (finding: LintFinding) => files.findIndex(({ file }) => file === finding.file);
  const sorted = all.sort((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
  return { reading, findings: sorted, disabled };
}

/** Facts that are given where the file cannot say them. Nothing is assumed: a rule that needs a fact is silent without it. */
function stated(delegation: Delegation, { owner }: GivenFacts): Delegation {
  return { ...delegation, owner: delegation.owner ?? owner };
}
