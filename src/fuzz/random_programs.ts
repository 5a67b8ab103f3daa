import type { Profile } from '../kernel/profile.js';
import { LIBERTY_NAMES } from '../kernel/verifier/liberties.js';
import type { ProgramSpec } from '../kernel/verifier/program_needs.js';
import { HELPER_COUNT } from '../kernel/verifier/program_rules.js';
import type { World } from '../kernel/world.js';
import { boundaryValuesOf } from './boundary_values.js';
import type { RandomSource } from './random_source.js';

/** The world with programs, in one of four cases; some of these on a kernel without mitigations of Spectre. */
export function withRandomPrograms(random: RandomSource, world: World): World {
  if (!random.chance(25)) return world;
  const programs = randomPrograms(random, world.profile);
  return { ...world, programs, ...(random.chance(20) ? { hasMitigations: false } : {}) };
}

/** A few random programs: of few helpers and liberties, so that one alone often decides; some helpers of no release. */
function randomPrograms(random: RandomSource, { vocabulary }: Profile): readonly ProgramSpec[] {
  const { common, count } = boundaryValuesOf(vocabulary);
  return Array.from({ length: 1 + random.below(4) }, (_, id): ProgramSpec => {
    const progType = random.chance(50) ? random.pick(common.prog_types) : random.below(count.prog_types);
    return {
      name: `program${id}`,
      progType,
      attachType: random.chance(50) ? 0 : random.below(count.attach_types),
      helpers: Array.from({ length: random.below(4) }, () => 1 + random.below(HELPER_COUNT + 2)),
      liberties: Array.from({ length: random.below(3) }, () => random.pick(LIBERTY_NAMES)),
      isGpl: random.chance(80),
      isSleepable: random.chance(20),
    };
  });
}
