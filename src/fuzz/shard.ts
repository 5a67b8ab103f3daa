import { Comparer } from '../differential/comparer.js';
import type { Implementations } from '../differential/implementations.js';
import { addFinding, type CampaignStats, emptyStats } from './campaign_stats.js';
import { CASES_PER_WORLD, MAX_WORLDS, nthWorld, slotOfWorld } from './case_id.js';
import { generateWorld } from './generate_case.js';
import { PROFILE_SLOTS } from './profile_slots.js';
import { RandomSource } from './random_source.js';

/** Worlds of a shard: about ten milliseconds of work, so that the cost of passing it to a worker is negligible. */
export const WORLDS_PER_SHARD = 64;

/** A part of a campaign. */
export interface Shard {
  readonly seed: number;
  /** Slots of PROFILE_SLOTS in the campaign. */
  readonly slots: readonly number[];
  /** The first of its worlds, counted among those of these slots. */
  readonly first: number;
  readonly cases: number;
}

/** Decides shards, one after the other. */
export class ShardRunner {
  readonly #comparer: Comparer;
  readonly #random = new RandomSource();

  constructor(implementations: Implementations) {
    this.#comparer = new Comparer(implementations);
  }

  run({ seed, slots, first, cases }: Shard): CampaignStats {
    const stats = emptyStats();
    for (let n = first; stats.cases < cases; n++) {
      const number = nthWorld(slots, n);
      const generated = generateWorld(seed, number, Math.min(CASES_PER_WORLD, cases - stats.cases), this.#random);
      const { requests } = generated;
      this.#comparer.compare(generated, stats.verdicts, (index, answers) => {
        addFinding(stats, { id: { seed, world: number, index }, answers, cases: 1 });
      });
      const slot = slotOfWorld(number);
      stats.slots[slot] = (stats.slots[slot] as number) + requests.length;
      stats.cases += requests.length;
      stats.worlds += 1;
    }
    return stats;
  }
}

/** The work of a campaign. */
export interface CampaignPlan {
  readonly seed: number;
  /** Slots of PROFILE_SLOTS; at least one. */
  readonly slots: readonly number[];
  /** Number of cases: Infinity for a campaign that only time limits. */
  readonly cases: number;
}

/** Number of a campaign's shards: Infinity where its plan has no number of cases. */
export function countShards({ cases }: CampaignPlan): number {
  return Math.ceil(cases / (WORLDS_PER_SHARD * CASES_PER_WORLD));
}

/** The shards of a campaign, in order. They depend only on the plan, not on the workers. */
export function* shardsOf({ seed, slots, cases }: CampaignPlan): Generator<Shard> {
  const full = WORLDS_PER_SHARD * CASES_PER_WORLD;
  // World numbers end at 2^32, after days of work.
  const shards = Math.floor((MAX_WORLDS / PROFILE_SLOTS.length) * (slots.length / WORLDS_PER_SHARD)) - 1;
  for (let shard = 0; shard < shards && shard * full < cases; shard++) {
    yield { seed, slots, first: shard * WORLDS_PER_SHARD, cases: Math.min(full, cases - shard * full) };
  }
}
