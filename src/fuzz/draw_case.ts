import type { Request, World } from '../kernel/world.js';
import { Dice } from './dice.js';
import { CASES_PER_WORLD, profileOfWorld } from './identity.js';
import { randomRequests } from './random_request.js';
import { randomWorld } from './random_world.js';

/** A world of a campaign with its requests. */
export interface DrawnWorld {
  readonly world: World;
  readonly requests: readonly Request[];
}

/** The world of a number and its first requests: a smaller `count` gives the beginning of what a larger one does. */
export function drawWorld(
  seed: number,
  number: number,
  count: number = CASES_PER_WORLD,
  dice = new Dice(),
): DrawnWorld {
  dice.reseed(seed, number);
  const world = randomWorld(dice, profileOfWorld(number));
  return { world, requests: randomRequests(world, dice, count) };
}
