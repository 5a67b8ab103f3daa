import type { Profile } from '../kernel/profile.js';
import type { ComparedCase } from './compared_case.js';
import { differenceKind } from './difference_kind.js';
import type { Family } from './record.js';

/** Cases by how they stood. */
export interface FamilyCount {
  cases: number;
  agreed: number;
  disagreed: number;
  /** By stage. */
  readonly outside: Map<string, number>;
}

/** A disagreement and where it was recorded. */
export interface Disagreement {
  readonly file: string;
  readonly profile: string;
  readonly compared: ComparedCase;
  /** The model's checks. */
  readonly checks: ReturnType<ComparedCase['explain']>;
}

/** Disagreements kept in full; of the others the number. */
export const KEPT = 10;

/** Counts cases as they are judged. */
export class ReplayStats {
  readonly families = new Map<Family, FamilyCount>();
  /** The first ones in the order they were judged in. */
  readonly first: Disagreement[] = [];
  /** Disagreements by what they have in common, which shows what changed between two kernels. */
  readonly kinds = new Map<string, number>();
  /** Cases by profile. */
  readonly profiles = new Map<string, number>();
  cases = 0;
  disagreed = 0;
  /** Cases that agreed in another reading of the format. */
  otherReadings = 0;
  /** Cases that the hot path answered as well. */
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
        if (comparison.isOtherReading) this.otherReadings += 1;
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
    if (this.first.length < KEPT)
      this.first.push({ file, profile: profile.name, compared, checks: compared.explain() });
  }
}
