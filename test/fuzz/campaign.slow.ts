import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Campaign from '../../src/fuzz/campaign.js';
import type { CampaignStats } from '../../src/fuzz/campaign_stats.js';
import { ALL_SLOTS } from '../../src/fuzz/profile_slots.js';
import { runSequential } from '../../src/fuzz/run_sequential.js';
import { cases, some } from '../cases.js';

// Workers are started from what the build wrote.
const built = new URL('../../dist/fuzz/campaign.js', import.meta.url).href;
const { runCampaign } = (await import(built)) as typeof Campaign;
const MORTAL = new URL('./mortal_worker.mjs', import.meta.url);

// Three shards: one more than there are workers mostly, and one that is not full.
const plan = { seed: 5, slots: ALL_SLOTS, cases: 8000 };
const alone = runSequential(plan);

const folder = mkdtempSync(join(tmpdir(), 'bpftoken-campaign-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A campaign whose workers have a fault. Each fault is a module of its own, so that campaigns can run together. */
function faulty(fault: string, options: Partial<Campaign.CampaignOptions> = {}) {
  const path = join(folder, `${fault}.mjs`);
  const [name, flag] = [JSON.stringify(fault), JSON.stringify(join(folder, fault))];
  writeFileSync(
    path,
    `import { mortalHandler } from '${MORTAL.href}';\nexport default mortalHandler(${name}, ${flag});\n`,
  );
  return runCampaign({ ...plan, workers: 2, workerUrl: pathToFileURL(path), ...options });
}

test.each(some(1, [3, 1]))('%d workers do the same cases as this thread', async (workers) => {
  const { stats, workerCrashes, abandonedShards, interrupted } = await runCampaign({ ...plan, workers });
  expect(stats).toEqual(alone);
  expect({ workerCrashes, abandonedShards, interrupted }).toEqual({
    workerCrashes: [],
    abandonedShards: [],
    interrupted: false,
  });
});

test('more workers than work', async () => {
  const { stats } = await runCampaign({ ...plan, cases: 10, workers: 8 });
  expect(stats.cases).toBe(10);
});

describe('a worker that dies is reported, and another does its work', () => {
  // Few cases, which workers that do not hang have done long before. The other tests run while it is waited for.
  const few = { cases: 600, idleTimeoutMs: 2500 };
  let hanging: ReturnType<typeof runCampaign>;
  beforeAll(() => {
    hanging = faulty('hangs', few);
  });

  test.each([
    ['exits', 'worker exited with code: 3', { cases: cases(600, plan.cases) }],
    ['throws', 'spoilt', { cases: cases(600, plan.cases) }],
  ])('one that %s', async (fault, why, options) => {
    const { stats, workerCrashes, abandonedShards } = await faulty(fault, options);
    expect(workerCrashes).toEqual([why]);
    expect(abandonedShards).toEqual([]);
    expect(stats).toEqual(runSequential({ ...plan, cases: options.cases }));
  });

  test('a shard that crashes every worker is abandoned and named; the rest is done', async () => {
    const { stats, workerCrashes, abandonedShards } = await faulty('one shard kills');
    expect(workerCrashes).toHaveLength(3);
    expect(abandonedShards).toEqual(['320 cases from 5-80-0 on: worker exited with code: 4']);
    expect(stats.cases).toBe(8000 - 320);
  });

  test('the campaign ends when all workers crash', async () => {
    const { stats, abandonedShards } = await faulty('always dies', { cases: Number.POSITIVE_INFINITY });
    expect(abandonedShards.length).toBeGreaterThanOrEqual(3);
    expect(stats.cases).toBe(0);
  });

  test('one that hangs', async () => {
    const { stats, workerCrashes, abandonedShards } = await hanging;
    expect(workerCrashes).toEqual(['no answer within 2500 ms']);
    expect(abandonedShards).toEqual([]);
    expect(stats).toEqual(runSequential({ ...plan, cases: few.cases }));
  });
});

test('time ends a campaign', async () => {
  const { stats, interrupted, elapsedMs } = await runCampaign({
    ...plan,
    cases: Number.POSITIVE_INFINITY,
    workers: 2,
    forMs: 300,
  });
  expect(stats.cases).toBeGreaterThan(0);
  expect(elapsedMs).toBeGreaterThanOrEqual(300);
  expect(interrupted).toBe(false);
});

test('a signal ends a campaign, which tells how far it came', async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const result = await runCampaign({
    ...plan,
    cases: Number.POSITIVE_INFINITY,
    workers: 2,
    signal: controller.signal,
    onProgress: (stats: CampaignStats) => {
      seen.push(stats.cases);
      if (seen.length === 3) controller.abort();
    },
  });
  expect(result).toMatchObject({ interrupted: true });
  expect(result.stats.cases).toBe(seen[2]);
  const before = await runCampaign({ ...plan, workers: 2, signal: AbortSignal.abort() });
  expect(before).toMatchObject({ interrupted: true, stats: { cases: 0 } });
});
