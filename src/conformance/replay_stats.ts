import type { Profile } from '../kernel/profile.js';
import type { ComparedCase } from './compared_case.js';
import { differenceKind } from './difference_kind.js';
import type { Family } from './record.js';

/** Cases by the result of their comparison. */
export interface FamilyCount {
  cases: number;
  agreed: number;
  disagreed: number;
  /** By out-of-scope rule. */
  readonly outside: Map<string, number>;
}

/** A disagreement and the position of its record. */
export interface Disagreement {
  readonly file: string;
  readonly profile: string;
  readonly compared: ComparedCase;
  /** The model's checks. */
  readonly checks: ReturnType<ComparedCase['explain']>;
}

/** Disagreements kept in full; the others are counted. */
export const MAX_KEPT_DISAGREEMENTS = 10;

/** Counts compared cases. */
export class ReplayStats {
  readonly families = new Map<Family, FamilyCount>();
  /** The first ones, in order. */
  readonly first: Disagreement[] = [];
  /** Disagreements by kind, which shows what changed between two kernels. */
  readonly kinds = new Map<string, number>();
  /** Cases by profile. */
  readonly profiles = new Map<string, number>();
  cases = 0;
  disagreed = 0;
  /** Cases that agreed in another interpretation of the format. */
  otherReadings = 0;
  /** Cases that the hot path decided as well. */
  askedOfWasm = 0;

  add(file: string, profile: Profile, compared: ComparedCase): void {
    const { record, comparison, wasm } = compared;
    let count = this.families.get(record.family);
    if (!count) {
      count = { cases: 0, agreed: 0, disagreed: 0, outside: new Map() };
      this.families.set(record.family, count);
    }
    this.cases += 1;
    this.profiles.set(profile.name, (this.profiles.get(profile.name) ?? 0) + 1);
    count.cases += 1;
    if (wasm) this.askedOfWasm += 1;
    switch (comparison.kind) {
      case 'agreed':
        count.agreed += 1;
        if (comparison.isOtherInterpretation) this.otherReadings += 1;
        break;
      case 'outside':
        count.outside.set(comparison.outOfScopeRule, (count.outside.get(comparison.outOfScopeRule) ?? 0) + 1);
        break;
      case 'disagreed':
        count.disagreed += 1;
        this.disagreed += 1;
        this.#disagree(file, profile, compared);
    }
  }
  #disagree(file: string, profile: Profile, compared: ComparedCase): void {
    const kind = differenceKind(profile, compared);
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    if (this.first.length < MAX_KEPT_DISAGREEMENTS)
      this.first.push({ file, profile: profile.name, compared, checks: compared.explain() });
  }
}
