import type { DelegatedMask, Delegation } from '../dialects/delegation.js';
import type { Format } from '../dialects/formats.js';
import type { Edit } from '../dialects/line_account.js';
import type { Reading } from '../dialects/read_delegations.js';
import type { Span } from '../dialects/source_text.js';
import type { WarningCode } from '../dialects/warning_codes.js';
import type { MaskName } from '../kernel/masks.js';
import type { Profile } from '../kernel/profile.js';
import type { LintFinding, Severity } from './finding.js';

/** What a text says: that of a file of another tool, or of a scenario. */
export type LintedReading = Omit<Reading, 'format'> & { readonly format: Format | 'scenario' };

/** What a rule looks at. */
export interface LintContext {
  readonly reading: LintedReading;
  /** The kernel that the files are for. */
  readonly profile: Profile;
  /** Whether SELinux decides there. It checks tokens from 7.0 on. */
  readonly selinux: boolean;
}

/** A finding before it has the name and severity of its rule. */
export interface Found {
  readonly at: Span;
  readonly message: string;
  readonly nearest?: string | undefined;
  readonly fix?: readonly Edit[] | undefined;
}

/** A rule of the linter: one file, and one page in docs/lint. */
export interface Rule {
  /** `dead-command` */
  readonly code: string;
  readonly severity: Severity;
  /** What it finds, in a sentence. */
  readonly about: string;
  /** Whether it concludes from bits that are not there: it is silent while a reader loses names of a mask. */
  readonly needsWholeMasks?: true;
  /** Whether what it finds means that a mask has fewer bits than was meant. */
  readonly losesNames?: true;
  check(context: LintContext): Iterable<Found>;
}

/** A rule that finds what a reader warned about: the reader knows where a tool loses something. */
export function readerRule(code: WarningCode, severity: Severity, about: string): Rule {
  return {
    code,
    severity,
    about,
    *check({ reading }) {
      for (const { warnings } of reading.files) {
        for (const { code: given, file, line, column, length, message, nearest, fix } of warnings) {
          if (given === code) yield { at: { file, line, column, length }, message, nearest, fix };
        }
      }
    },
  };
}

/** The same for a warning that means that a mask has fewer bits than was meant. */
export function lostNameRule(...args: Parameters<typeof readerRule>): Rule {
  return { ...readerRule(...args), losesNames: true };
}

/** A rule that looks at each delegation that can be used: a bpffs, or a token that is there. */
export function delegationRule(
  code: string,
  severity: Severity,
  about: string,
  check: (delegation: Delegation, context: LintContext) => Iterable<Found>,
): Rule {
  return {
    code,
    severity,
    about,
    *check(context) {
      for (const delegation of context.reading.delegations) {
        if (delegation.unusable === undefined) yield* check(delegation, context);
      }
    },
  };
}

/** The same for a rule that concludes from bits that are not there. */
export function wholeMaskRule(...[code, severity, about, check]: Parameters<typeof delegationRule>): Rule {
  const checkWhole: typeof check = (delegation, context) => (delegation.isPartial ? [] : check(delegation, context));
  return { ...delegationRule(code, severity, about, checkWhole), needsWholeMasks: true };
}

/** Whether a mask has a bit. */
export function hasBit({ bits }: DelegatedMask, bit: number): boolean {
  return ((bits >> BigInt(bit)) & 1n) === 1n;
}

/** Where a bit comes from; where the mask is set, or the delegation is described, for a bit that is not set. */
export function placeOf(delegation: Delegation, mask: MaskName, bit?: number): Span {
  const { origins, at } = delegation.masks[mask];
  return origins.find((origin) => origin.bit === bit)?.at ?? at ?? delegation.at;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[], most = 4): string {
  if (names.length <= 1) return names[0] ?? 'none';
  if (names.length <= most) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}

/** A finding of a rule. */
export function findingOf({ code, severity }: Rule, { at, message, nearest, fix }: Found): LintFinding {
  const { file, line, column, length } = at;
  return {
    code,
    severity,
    file,
    line,
    column,
    length: Math.max(length, 1),
    message,
    ...(nearest === undefined ? {} : { nearest }),
    fix,
  };
}
