import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type * as RetryModule from '../../src/workers/retry.js';
import type * as CrewModule from '../../src/workers/worker_pool.js';

const dist = (file: string): string => new URL(`../../dist/workers/${file}`, import.meta.url).href;
const { WorkerPool } = (await import(dist('worker_pool.js'))) as typeof CrewModule;
const { runWithRetry } = (await import(dist('retry.js'))) as typeof RetryModule;
const file = new URL('./task_worker.mjs', import.meta.url);

interface Result {
  readonly slot: number;
  readonly threadId: number;
  readonly workerData: unknown;
  readonly bytes: Uint8Array;
}

let workerPool: CrewModule.WorkerPool;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'worker-pool-'));
  workerPool = new WorkerPool({ workers: 2, file, workerData: 'for all' });
});
afterEach(async () => {
  writeFileSync(join(folder, 'go on'), '');
  await workerPool.close();
  rmSync(folder, { recursive: true });
});

test('a task has a slot that no other running task has', async () => {
  const waitsFor = join(folder, 'go on');
  const slots: number[] = [];
  const tasks = Array.from({ length: 6 }, () =>
    workerPool.run<Result>((slot) => {
      slots.push(slot);
      return { slot, waitsFor };
    }),
  );
  // The others wait for these.
  expect(slots.toSorted()).toEqual([0, 1]);
  writeFileSync(waitsFor, '');
  const results = await Promise.all(tasks);
  expect(slots).toHaveLength(6);
  expect(results.map(({ slot }) => slot)).toEqual(slots);
  expect(new Set(results.map(({ threadId }) => threadId)).size).toBe(2);
  expect(results.every(({ workerData }) => workerData === 'for all')).toBe(true);
});

test('results come with their buffers, errors as they were thrown', async () => {
  const { bytes } = await workerPool.run<Result>(() => ({ bytes: 1000 }));
  expect(bytes).toEqual(new Uint8Array(1000).fill(5));
  await expect(workerPool.run(() => ({ throws: 'no' }))).rejects.toThrow(new RangeError('no'));
});

test('a task that crashes its worker is repeated on another, and abandoned after three crashes', async () => {
  await expect(workerPool.run(() => ({ dies: true }))).rejects.toMatchObject({ name: 'WorkerCrashedError' });
  const diesOnce = join(folder, 'once');
  let tries = 0;
  const make = (task: object) => (slot: number) => {
    tries += 1;
    return { ...task, slot };
  };
  await runWithRetry(workerPool, 'on it', make({ diesOnce }));
  expect(tries).toBe(2);
  await expect(runWithRetry(workerPool, 'on this', make({ dies: true }))).rejects.toMatchObject({
    name: 'PoolError',
    code: 'TASK_CRASHED_WORKERS',
    message: '3 workers crashed on this: worker exited with code: 7',
  });
  expect(tries).toBe(5);
  expect(workerPool.threads).toHaveLength(2);
});

test('a signal takes back what waits, and leaves alone what runs', async () => {
  const waitsFor = join(folder, 'go on');
  const controller = new AbortController();
  const running = [1, 2].map(() => workerPool.run<Result>((slot) => ({ slot, waitsFor }), controller.signal));
  const waiting = workerPool.run(() => ({}), controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(workerPool.run(() => ({}), controller.signal)).rejects.toThrow('enough');
  writeFileSync(waitsFor, '');
  expect((await Promise.all(running)).map(({ slot }) => slot).toSorted()).toEqual([0, 1]);
});

test('a closed pool rejects every task', async () => {
  const waitsFor = join(folder, 'never');
  const tasks = Array.from({ length: 3 }, () => workerPool.run(() => ({ waitsFor })));
  const outcomes = Promise.allSettled(tasks);
  await workerPool.close();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'PoolError', code: 'CLOSED' } });
  }
  await expect(workerPool.run(() => ({}))).rejects.toMatchObject({ code: 'CLOSED' });
  expect(workerPool.threads).toEqual([]);
});
