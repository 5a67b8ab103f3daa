import { type CampaignPlan, ShardRunner, shardsOf } from './shard.js';
import { REAL_SIDES, type Sides } from './sides.js';
import { addTally, emptyTally, type Tally } from './tally.js';

/** A campaign in this thread, to its end. */
export function runInline(plan: CampaignPlan, sides: Sides = REAL_SIDES): Tally {
  const runner = new ShardRunner(sides);
  const tally = emptyTally();
  for (const shard of shardsOf(plan)) addTally(tally, runner.run(shard));
  return tally;
}
