import {
  HELPER_LISTS,
  HELPER_NAMES,
  PROGRAM_RULES,
  type ProgramRow,
  type ReleasePrograms,
} from '../../abi/program_rules.generated.js';
import { RELEASES } from '../../abi/vocabulary.generated.js';
import type { Profile } from '../profile.js';
import { CAPABILITY_RULES, type CapabilityRule } from './capability_rule.js';

/** A program, as far as it decides which helpers it is offered. */
export interface ProgramKind {
  readonly progType: number;
  /** After the fix-up of bpf_prog_load(); of struct_ops the index of the member. */
  readonly attachType: number;
  /** The function, tracepoint, hook, struct_ops member (`OPS.MEMBER`) or, of ext, the type of the program that it attaches to. */
  readonly target?: string | undefined;
  readonly isSleepable?: boolean | undefined;
}

/** The rule by which a helper is offered. */
export interface HelperRule {
  /** Its number: enum bpf_func_id. */
  readonly id: number;
  readonly name: string;
  readonly rule: CapabilityRule;
  /** Offered to programs under the GPL alone. */
  readonly needsGpl: boolean;
  /** Offered to programs that sleep alone. */
  readonly mightSleep: boolean;
  /** Offered, and refused for what the program attaches to. */
  readonly isDisallowed: boolean;
}

/** What a kernel offers a program. */
export interface ProgramRules {
  /** The release whose answers these are: that of the profile, or the nearest older one that was recorded, or the oldest. */
  readonly release: string;
  /** The target whose answers these are, where the list depends on one; another than was given where that was not recorded. */
  readonly target: string | undefined;
  readonly helpers: readonly HelperRule[];
}

/** The rules of a program; undefined for a type that no recorded kernel loads. Source: recordings/programs-linux-*.ndjson.gz. */
export function programRules(profile: Profile, spec: ProgramKind): ProgramRules | undefined {
  const own = RELEASES.indexOf(profile.vocabulary.release);
  const isReached = ({ release }: { release: string }) => (RELEASES as readonly string[]).indexOf(release) <= own;
  const recorded = PROGRAM_RULES.findLast(isReached) ?? PROGRAM_RULES[0];
  const row = recorded && nearestRow(recorded.rows, spec);
  if (!recorded || !row) return undefined;
  const known = made.get(row) ?? rulesOfRow(recorded, row);
  made.set(row, known);
  return known;
}

/** By row, which is of one release: a task loads programs with hundreds of attach types, and few rows. */
const made = new WeakMap<ProgramRow, ProgramRules>();

/** The rule of a helper that a release does not have, or whose number stands for none. */
export function absentHelper(id: number): HelperRule {
  return {
    id,
    name: helperName(id),
    rule: CAPABILITY_RULES['-'] as CapabilityRule,
    needsGpl: false,
    mightSleep: false,
    isDisallowed: false,
  };
}

/** Helpers of the newest release that was recorded: their numbers are 1 to this. */
export const HELPER_COUNT: number = HELPER_NAMES.length;

/** The name of a helper by its number, or the number where it stands for none. */
export function helperName(id: number): string {
  return HELPER_NAMES[id - 1] ?? String(id);
}

function rulesOfRow(recorded: ReleasePrograms, row: ProgramRow): ProgramRules {
  const [, , target, , list, disallowed, anyLicence] = row;
  const letters = HELPER_LISTS[list] ?? '';
  const [gpl, mightSleep, refused, free] = [recorded.gpl, recorded.mightSleep, disallowed, anyLicence].map(
    (ids) => new Set(ids),
  );
  const helpers = [...letters].map((letter, i): HelperRule => {
    const id = i + 1;
    return {
      id,
      name: helperName(id),
      rule: CAPABILITY_RULES[letter] as CapabilityRule,
      needsGpl: gpl?.has(id) === true && free?.has(id) !== true,
      mightSleep: mightSleep?.has(id) === true,
      isDisallowed: refused?.has(id) === true,
    };
  });
  return { release: recorded.release, target: target ?? undefined, helpers };
}

/** The row of a program: of its type, with as much as possible of what it says. */
function nearestRow(rows: readonly ProgramRow[], spec: ProgramKind): ProgramRow | undefined {
  const { progType, attachType, target, isSleepable = false } = spec;
  let best: { row: ProgramRow; fit: number } | undefined;
  for (const row of rows) {
    if (row[0] !== progType) continue;
    const fit =
      (row[2] === target && target !== undefined ? 4 : 0) +
      (row[1] === attachType ? 2 : 0) +
      (row[3] === isSleepable ? 1 : 0);
    if (!best || fit > best.fit) best = { row, fit };
  }
  return best?.row;
}
