import { afterEach, describe, expect, test } from 'vitest';
import type * as Campaign from '../../src/fuzz/campaign.js';
import { runInline } from '../../src/fuzz/inline.js';
import { ALL_SLOTS } from '../../src/fuzz/profile_slots.js';
import type { Tally } from '../../src/fuzz/tally.js';

// Workers are started from what the build wrote.
const built = new URL('../../dist/fuzz/campaign.js', import.meta.url).href;
const { runCampaign } = (await import(built)) as typeof Campaign;
const MORTAL = new URL('./mortal_worker.mjs', import.meta.url);

// Three shards: one more than there are workers mostly, and one that is not full.
const plan = { seed: 5, slots: ALL_SLOTS, cases: 9000 };
const alone = runInline(plan);

afterEach(() => {
  delete process.env.FUZZ_TEST_FAULT;
});

function faulty(fault: string, options: Partial<Campaign.CampaignOptions> = {}) {
  process.env.FUZZ_TEST_FAULT = fault;
  return runCampaign({ ...plan, workers: 2, workerUrl: MORTAL, ...options });
}

test.each([1, 3])('%d workers do the same cases as this thread', async (workers) => {
  const { tally, deaths, lost, interrupted } = await runCampaign({ ...plan, workers });
  expect(tally).toEqual(alone);
  expect({ deaths, lost, interrupted }).toEqual({ deaths: [], lost: [], interrupted: false });
});

test('more workers than work', async () => {
  const { tally } = await runCampaign({ ...plan, cases: 10, workers: 8 });
  expect(tally.cases).toBe(10);
});

describe('a worker that dies is reported, and another does its work', () => {
  test.each([
    ['exits', 'it left with status 3', {}],
    ['throws', 'TypeError: spoilt', {}],
    ['hangs', 'it was silent for too long', { silenceMs: 4000 }],
  ])('one that %s', async (fault, why, options) => {
    const { tally, deaths, lost } = await faulty(fault, options);
    expect(deaths).toEqual([why]);
    expect(lost).toEqual([]);
    expect(tally).toEqual(alone);
  });

  test('work that kills whoever takes it is given up and named; the rest is done', async () => {
    const { tally, deaths, lost } = await faulty('one shard kills');
    expect(deaths).toHaveLength(3);
    expect(lost).toEqual(['1320 cases from 5-80-0 on: it left with status 4']);
    expect(tally.cases).toBe(9000 - 1320);
  });

  test('where all die the campaign ends', async () => {
    const { tally, lost } = await faulty('always dies', { cases: Number.POSITIVE_INFINITY });
    expect(lost).toHaveLength(3);
    expect(tally.cases).toBe(0);
  });
});

test('time ends a campaign', async () => {
  const { tally, interrupted, elapsedMs } = await runCampaign({
    ...plan,
    cases: Number.POSITIVE_INFINITY,
    workers: 2,
    forMs: 700,
  });
  expect(tally.cases).toBeGreaterThan(0);
  expect(elapsedMs).toBeGreaterThanOrEqual(700);
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
    onProgress: (tally: Tally) => {
      seen.push(tally.cases);
      if (seen.length === 3) controller.abort();
    },
  });
  expect(result).toMatchObject({ interrupted: true });
  expect(result.tally.cases).toBe(seen[2]);
  const before = await runCampaign({ ...plan, workers: 2, signal: AbortSignal.abort() });
  expect(before).toMatchObject({ interrupted: true, tally: { cases: 0 } });
});
