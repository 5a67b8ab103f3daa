import { Presets, SingleBar } from 'cli-progress';
import type { CampaignOptions } from '../fuzz/campaign.js';
import type { CampaignStats } from '../fuzz/campaign_stats.js';

/** How far a campaign is, on a terminal. */
export interface CampaignBar {
  update(stats: CampaignStats, elapsedMs: number): void;
  /** Takes the bar away. */
  stop(): void;
}

/** A bar of the cases, or of the time where that is what ends the campaign; silent where `stream` is no terminal. */
export function campaignBar(
  { cases, forMs }: Pick<CampaignOptions, 'cases' | 'forMs'>,
  stream: NodeJS.WriteStream = process.stderr,
): CampaignBar {
  if (!stream.isTTY) return { update() {}, stop() {} };
  const format = '{bar} {percentage}% {cases} cases, {disagreements} disagreements';
  const bar = new SingleBar({ stream, format, clearOnComplete: true, hideCursor: true }, Presets.shades_classic);
  bar.start(100, 0, { cases: 0, disagreements: 0 });
  return {
    update(stats, elapsedMs) {
      const done = Math.max(stats.cases / cases, forMs === undefined ? 0 : elapsedMs / forMs);
      bar.update(Math.min(100, Math.floor(100 * done)), {
        cases: stats.cases.toLocaleString('en'),
        disagreements: stats.disagreements.toLocaleString('en'),
      });
    },
    stop: () => bar.stop(),
  };
}
