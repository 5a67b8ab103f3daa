import { extendProfile, PROFILES, type Profile, RULE_NAMES, type Rules } from '../kernel/profile.js';
import type { RandomSource } from './random_source.js';

/** The name of every profile with random rules. */
export const RANDOM_RULES = 'random-rules';

/**
 * A profile that a user could write: the vocabulary of any built-in profile, and rules switched at random. Half of them differ
 * from their built-in profile in one or two rules, the others in any number.
 */
export function randomProfile(random: RandomSource): Profile {
  const base = random.pick(PROFILES);
  const rules: Partial<Rules> = {};
  if (random.chance(50)) {
    for (let i = 1 + random.below(2); i > 0; i--) {
      const rule = random.pick(RULE_NAMES);
      rules[rule] = !base.rules[rule];
    }
  } else {
    for (const rule of RULE_NAMES) rules[rule] = random.chance(50);
  }
  return extendProfile(base, RANDOM_RULES, rules);
}

/** A random profile: a built-in one, or in one of four cases one with random rules. */
export function anyProfile(random: RandomSource): Profile {
  return random.chance(25) ? randomProfile(random) : random.pick(PROFILES);
}
