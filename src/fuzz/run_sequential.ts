import { DEFAULT_IMPLEMENTATIONS, type Implementations } from '../differential/implementations.js';
import { addStats, type CampaignStats, emptyStats } from './campaign_stats.js';
import { type CampaignPlan, ShardRunner, shardsOf } from './shard.js';

/** Runs a whole campaign in this thread. */
export function runSequential(
  plan: CampaignPlan,
  implementations: Implementations = DEFAULT_IMPLEMENTATIONS,
): CampaignStats {
  const runner = new ShardRunner(implementations);
  const stats = emptyStats();
  for (const shard of shardsOf(plan)) addStats(stats, runner.run(shard));
  return stats;
}
