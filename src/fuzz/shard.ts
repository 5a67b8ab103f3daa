import { Comparer } from './comparer.js';
import { Dice } from './dice.js';
import { drawWorld } from './draw_case.js';
import { CASES_PER_WORLD, MAX_WORLDS, nthWorld, slotOfWorld } from './identity.js';
import { PROFILE_SLOTS } from './profile_slots.js';
import type { Sides } from './sides.js';
import { addFinding, emptyTally, type Tally } from './tally.js';

/** Worlds handed out at a time: some ten milliseconds of work, so that passing it on costs nothing. */
export const WORLDS_PER_SHARD = 64;

/** A part of a campaign. */
export interface Shard {
  readonly seed: number;
  /** Slots of PROFILE_SLOTS that are asked for. */
  readonly slots: readonly number[];
  /** The first of its worlds, counted among those of these slots. */
  readonly first: number;
  readonly cases: number;
}

/** Decides shards, one after the other. */
export class ShardRunner {
  readonly #comparer: Comparer;
  readonly #dice = new Dice();

  constructor(sides: Sides) {
    this.#comparer = new Comparer(sides);
  }

  run({ seed, slots, first, cases }: Shard): Tally {
    const tally = emptyTally();
    for (let n = first; tally.cases < cases; n++) {
      const number = nthWorld(slots, n);
      const drawn = drawWorld(seed, number, Math.min(CASES_PER_WORLD, cases - tally.cases), this.#dice);
      const { requests } = drawn;
      this.#comparer.compare(drawn, tally.verdicts, (index, answers) => {
        addFinding(tally, { id: { seed, world: number, index }, answers, cases: 1 });
      });
      const slot = slotOfWorld(number);
      tally.slots[slot] = (tally.slots[slot] as number) + requests.length;
      tally.cases += requests.length;
      tally.worlds += 1;
    }
    return tally;
  }
}

/** What a campaign is to do. */
export interface CampaignPlan {
  readonly seed: number;
  /** Slots of PROFILE_SLOTS; at least one. */
  readonly slots: readonly number[];
  /** How many cases: Infinity for as many as time allows. */
  readonly cases: number;
}

/** The parts of a campaign, in order. They depend on the plan alone, not on who does them. */
export function* shardsOf({ seed, slots, cases }: CampaignPlan): Generator<Shard> {
  const full = WORLDS_PER_SHARD * CASES_PER_WORLD;
  // World numbers end at 2^32, which is days away.
  const shards = Math.floor((MAX_WORLDS / PROFILE_SLOTS.length) * (slots.length / WORLDS_PER_SHARD)) - 1;
  for (let shard = 0; shard < shards && shard * full < cases; shard++) {
    yield { seed, slots, first: shard * WORLDS_PER_SHARD, cases: Math.min(full, cases - shard * full) };
  }
}
