import { Fault } from '../abi/verdict.js';
import type { ComparedWorld } from '../differential/engine_setup.js';
import { CASES_PER_WORLD, slotOfWorld } from './case_id.js';

import { largeWorld } from './large_world.js';
import { profileOfSlot } from './profile_slots.js';
import { withRandomPrograms } from './random_programs.js';
import { randomRequests } from './random_request.js';
import { randomSetup } from './random_setup.js';
import { RandomSource } from './random_source.js';
import { randomWorld } from './random_world.js';

/** One world of this many is large: it takes as long as some thousand others. */
const WORLDS_PER_LARGE_WORLD = 65_536;

/** The world with a number and its first requests: a smaller `count` gives a prefix of the requests of a larger one. */
export function generateWorld(
  seed: number,
  number: number,
  count: number = CASES_PER_WORLD,
  random = new RandomSource(),
): ComparedWorld {
  random.reseed(seed, number);
  const profile = profileOfSlot(slotOfWorld(number), random);
  const isLarge = random.below(WORLDS_PER_LARGE_WORLD) === 0;
  const plain = isLarge ? largeWorld(random, profile) : randomWorld(random, profile);
  const world = withRandomPrograms(random, plain);
  const setup = randomSetup(random);
  const requests = randomRequests(world, random, count, setup.isOneRun).map((request) => ({
    ...request,
    ...(setup.omitsInsnCnt ? { insnCnt: 1 } : {}),
    ...(setup.omitsPre ? { pre: Fault.NONE } : {}),
  }));
  return { world, setup, requests };
}
