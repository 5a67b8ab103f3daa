import { PROFILES, type Profile } from '../kernel/profile.js';
import { RANDOM_RULES, randomProfile } from './random_profile.js';
import type { RandomSource } from './random_source.js';

/** About one world in four of a campaign over all profiles has random rules. */
const RANDOM_RULE_SLOTS = 6;

/**
 * Names of profiles by slot: a world's number modulo the count of slots is the slot of its profile, so that a campaign of some
 * profiles generates no unused world. Every built-in profile has a slot; the slots after them are for random rules.
 */
export const PROFILE_SLOTS: readonly string[] = [
  ...PROFILES.map(({ name }) => name),
  ...new Array<string>(RANDOM_RULE_SLOTS).fill(RANDOM_RULES),
];

/** All slots: a campaign over all profiles. */
export const ALL_SLOTS: readonly number[] = PROFILE_SLOTS.map((_, slot) => slot);

/** The slots of these profiles, in order, each once; all slots where no profile is named. */
export function slotsOf(names: readonly string[]): number[] {
  return ALL_SLOTS.filter((slot) => names.length === 0 || names.includes(PROFILE_SLOTS[slot] as string));
}

/** The profile of a slot, drawn where it has random rules. */
export function profileOfSlot(slot: number, random: RandomSource): Profile {
  return PROFILES[slot] ?? randomProfile(random);
}

/** Cases by the name of their profile, of counts by slot; profiles without a case are omitted. */
export function casesByProfile(bySlot: Float64Array): Map<string, number> {
  const cases = new Map<string, number>();
  for (const [slot, name] of PROFILE_SLOTS.entries()) {
    const count = bySlot[slot] as number;
    if (count > 0) cases.set(name, (cases.get(name) ?? 0) + count);
  }
  return cases;
}
