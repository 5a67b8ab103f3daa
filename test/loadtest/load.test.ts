import { expect, test } from 'vitest';
import type * as LoadModule from '../../src/loadtest/load_test.js';
import { smallWorld } from '../tables/small_world.js';

// Workers are started from what the build wrote.
const { runLoad } = (await import(
  new URL('../../dist/loadtest/load_test.js', import.meta.url).href
)) as typeof LoadModule;
const options = { world: smallWorld(), seed: 1, rows: 10_000, batchRows: 1000, workers: 2 };

test('a signal ends a measurement, which tells what it found by then', async () => {
  const controller = new AbortController();
  const result = await runLoad({
    ...options,
    forMs: 3_600_000,
    signal: controller.signal,
    onProgress: () => controller.abort(),
  });
  expect(result).toMatchObject({ interrupted: true, windows: 1 });
  expect(result.checks).toBe(result.batches * 1000);
  expect(result.throughput.median).toBeGreaterThan(0);
});

test('a signal given before leaves nothing to tell', async () => {
  const signal = AbortSignal.abort(new Error('not now'));
  await expect(runLoad({ ...options, forMs: 1000, signal })).rejects.toThrow('not now');
});
