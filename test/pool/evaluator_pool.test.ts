import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BroadcastChannel, type Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_WORKSPACES, NO_PROGRAM } from '../../src/abi/memory_layout.js';
import type { FullColumns } from '../../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import { attachEvaluator, shareEvaluator } from '../../src/engine/share.js';
import type * as PoolModule from '../../src/pool/index.js';
import { sliceColumns } from '../../src/pool/shared_columns.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { some } from '../cases.js';
import { smallWorld } from '../tables/small_world.js';

// Workers are started from what the build wrote.
const built = new URL('../../dist/pool/index.js', import.meta.url).href;
const { createEvaluatorPool, createSharedColumns, createSharedProgramColumn, createSharedVerdicts, MAX_WORKERS } =
  (await import(built)) as typeof PoolModule;
const builtEvaluator = new URL('../../dist/engine/evaluator.js', import.meta.url).href;
const MORTAL = new URL('./mortal_worker.mjs', import.meta.url);

/** More than one thread decides by itself, in a dozen shards. */
const ROWS = 400_000;
/** More than are copied for workers at a time. */
const LONGEST = 1_048_577;
const world = smallWorld();
const [chunk] = generateRequests(world, 11, LONGEST, { chunkRows: LONGEST });
const long = chunk?.columns as FullColumns;
const columns = sliceColumns(long, 0, ROWS) as FullColumns;
const shared = createSharedColumns(ROWS);
for (const name of Object.keys(shared) as (keyof FullColumns)[]) shared[name].set(columns[name]);
const longExpected = new Uint8Array(LONGEST);
createEvaluator(world).decideBatch(long, longExpected);
const expected = longExpected.subarray(0, ROWS);

let evaluator: Evaluator;
let folder: string;
let pool: PoolModule.Pool | undefined;

beforeEach(() => {
  evaluator = createEvaluator(world);
  folder = mkdtempSync(join(tmpdir(), 'pool-'));
});
afterEach(async () => {
  writeFileSync(join(folder, 'go on'), '');
  await pool?.close();
  pool = undefined;
  rmSync(folder, { recursive: true });
  delete process.env.POOL_TEST_FAULT;
  delete process.env.POOL_TEST_FOLDER;
});

function poolOf(workers: number): PoolModule.Pool {
  pool = createEvaluatorPool(evaluator, { workers });
  return pool;
}

function faulty(fault: string, workers = 2): PoolModule.Pool & { readonly threads: readonly Worker[] } {
  process.env.POOL_TEST_FAULT = fault;
  process.env.POOL_TEST_FOLDER = folder;
  pool = createEvaluatorPool(evaluator, { workers, file: MORTAL });
  return pool as typeof pool & { readonly threads: readonly Worker[] };
}

/** The first thread that says on the channel that it is where the test wants it. */
function arrival(): Promise<number> {
  const channel = new BroadcastChannel('pool test');
  return new Promise((resolve) => {
    channel.onmessage = ({ data }: { data?: unknown }) => {
      channel.close();
      resolve(data as number);
    };
  });
}

/** Shards begun so far. */
function begun(): number[] {
  const log = join(folder, 'log');
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').map(Number) : [];
}

/** How many attachments the evaluator's memory has room for. */
function freePlaces(): number {
  const attached = [];
  try {
    for (;;) attached.push(attachEvaluator(shareEvaluator(evaluator)));
  } catch {
    for (const attachment of attached) attachment.dispose();
    return attached.length;
  }
}

describe('a pool answers as its evaluator does', () => {
  test.each([1, 2, 5])('with %d workers, from shared memory and from any other', async (workers) => {
    const asked = poolOf(workers);
    const out = createSharedVerdicts(ROWS);
    await asked.decideBatch(shared, out);
    expect(Buffer.compare(out, expected)).toBe(0);
    const plain = new Uint8Array(ROWS);
    await asked.decideBatch(columns, plain);
    expect(Buffer.compare(plain, expected)).toBe(0);
    const mixed = new Uint8Array(ROWS);
    await asked.decideBatch({ ...columns, task: shared.task, pre: shared.pre }, mixed);
    expect(Buffer.compare(mixed, expected)).toBe(0);
  });

  test('at every length, with and without the columns that may be left out', async () => {
    poolOf(2);
    const { insnCnt: _, pre: __, ...few } = long;
    for (const rows of [0, 1, 131_072, 131_073, 196_609, LONGEST - 1, LONGEST]) {
      const out = new Uint8Array(rows);
      await pool?.decideBatch(sliceColumns(long, 0, rows), out);
      expect(Buffer.compare(out, longExpected.subarray(0, rows))).toBe(0);
      const alone = new Uint8Array(rows);
      evaluator.decideBatch(sliceColumns(few, 0, rows), alone);
      await pool?.decideBatch(sliceColumns(few, 0, rows), out);
      expect(Buffer.compare(out, alone)).toBe(0);
    }
  });

  test('of rows with programs, in any memory', async () => {
    const program = {
      name: 'p',
      progType: 2,
      attachType: 0,
      helpers: [113],
      liberties: [],
      isGpl: true,
      isSleepable: false,
    };
    evaluator = createEvaluator({ ...world, programs: [program] });
    const rows = long.task.length;
    const column = createSharedProgramColumn(rows);
    for (let row = 0; row < rows; row++) {
      if (long.cmd[row] === 5 && row % 3)
        column[row] = long.type[row] === 2 && long.attachType[row] === 0 ? 0 : row % 7 ? NO_PROGRAM : 0;
    }
    const alone = new Uint8Array(rows);
    evaluator.decideBatch({ ...long, program: column }, alone);
    expect(Buffer.compare(alone, longExpected)).not.toBe(0);
    poolOf(2);
    const resident = evaluator.createColumns(rows);
    for (const name of Object.keys(resident) as (keyof FullColumns)[]) resident[name].set(long[name]);
    const inMemory = evaluator.createVerdicts(rows);
    await pool?.decideBatch({ ...resident, program: column }, inMemory);
    expect(Buffer.compare(inMemory, alone)).toBe(0);
    const copied = new Uint8Array(rows);
    await pool?.decideBatch({ ...long, program: Uint16Array.from(column) }, copied);
    expect(Buffer.compare(copied, alone)).toBe(0);
  });

  test('to several who ask at once', async () => {
    poolOf(2);
    const starts = [0, 50_000, 100_000, 150_000, 200_000, 250_000];
    await Promise.all(
      starts.map(async (start) => {
        const out = new Uint8Array(ROWS - start);
        await pool?.decideBatch(sliceColumns(columns, start, ROWS), out);
        expect(Buffer.compare(out, expected.subarray(start))).toBe(0);
      }),
    );
  });

  test('of the world its owner made last', async () => {
    poolOf(2);
    const out = createSharedVerdicts(ROWS);
    await pool?.decideBatch(shared, out);
    evaluator.editor.replaceWorld({ ...world, tasks: world.tasks.map((task) => ({ ...task, effective: 0n })) });
    const alone = new Uint8Array(ROWS);
    evaluator.decideBatch(columns, alone);
    expect(Buffer.compare(alone, expected)).not.toBe(0);
    await pool?.decideBatch(shared, out);
    expect(Buffer.compare(out, alone)).toBe(0);
  });

  test('and refuses what it cannot do', async () => {
    poolOf(2);
    await expect(pool?.decideBatch(columns, new Uint8Array(ROWS - 1))).rejects.toMatchObject({ code: 'COLUMN_LENGTH' });
    for (const workers of [0, 1.5, MAX_WORKERS + 1]) {
      expect(() => createEvaluatorPool(evaluator, { workers })).toThrow(/^workers is .* from 1 to 63 is expected$/);
    }
    const rest = Array.from({ length: MAX_WORKSPACES - 4 }, () => attachEvaluator(shareEvaluator(evaluator)));
    expect(() => createEvaluatorPool(evaluator, { workers: 2 })).toThrow(/all 64 workspaces/);
    // What it had claimed by then is free again.
    expect(freePlaces()).toBe(1);
    for (const attachment of rest) attachment.dispose();
  });
});

describe('a worker that dies', () => {
  test('by terminate() in the middle of a batch: the result is the same as without', async () => {
    const mortal = faulty('is terminated');
    const out = createSharedVerdicts(ROWS);
    const arrived = arrival();
    const batch = mortal.decideBatch(shared, out);
    const threadId = await arrived;
    await mortal.threads.find((thread) => thread.threadId === threadId)?.terminate();
    await batch;
    expect(begun().filter((shard) => shard === 3)).toHaveLength(2);
    expect(Buffer.compare(out, expected)).toBe(0);
    expect(mortal.threads).toHaveLength(2);
    expect(mortal.threads.map((thread) => thread.threadId)).not.toContain(threadId);
    await mortal.decideBatch(shared, out.fill(0));
    expect(Buffer.compare(out, expected)).toBe(0);
  });

  test.each(['is terminated', 'exits', 'throws later'])('and %s, the only one there is', async (fault) => {
    const mortal = faulty(fault, 1);
    const out = new Uint8Array(ROWS);
    const arrived = arrival();
    const batch = mortal.decideBatch(columns, out);
    if (fault === 'is terminated') {
      await arrived;
      await mortal.threads[0]?.terminate();
    }
    await batch;
    expect(Buffer.compare(out, expected)).toBe(0);
    // No workspace is lost with it, and closing the pool gives back the one it has.
    expect(freePlaces()).toBe(MAX_WORKSPACES - 2);
    await mortal.close();
    expect(freePlaces()).toBe(MAX_WORKSPACES - 1);
  });

  test('while it has nothing to do is replaced', async () => {
    const mortal = faulty('nothing');
    await Promise.all(mortal.threads.map((thread) => thread.terminate()));
    const out = new Uint8Array(ROWS);
    await mortal.decideBatch(columns, out);
    expect(Buffer.compare(out, expected)).toBe(0);
  });

  test('of a shard that crashes every worker: the batch fails and names its rows', async () => {
    const mortal = faulty('one shard kills');
    const batch = mortal.decideBatch(shared, createSharedVerdicts(ROWS));
    await expect(batch).rejects.toMatchObject({
      name: 'PoolError',
      code: 'TASK_CRASHED_WORKERS',
      message: '3 workers crashed on rows 163840 to 196607: worker exited with code: 4',
    });
    expect(begun().filter((shard) => shard === 5)).toHaveLength(3);
    // Rows before it are no trouble.
    const rows = 5 * 32_768;
    const out = new Uint8Array(rows);
    await mortal.decideBatch(sliceColumns(columns, 0, rows), out);
    expect(Buffer.compare(out, expected.subarray(0, rows))).toBe(0);
  });

  // It takes as long as starting a dozen threads.
  test.each(some(0, ['as it starts, as all others do, is no reason to wait for ever']))('%s', async () => {
    const mortal = faulty('cannot start');
    // Each of its shards is tried again by other threads, which takes time to start.
    const rows = 140_000;
    await expect(mortal.decideBatch(sliceColumns(columns, 0, rows), new Uint8Array(rows))).rejects.toMatchObject({
      name: 'PoolError',
      message: expect.stringContaining('spoilt'),
    });
  });
});

test('what a worker throws ends the batch, not the pool', async () => {
  const mortal = faulty('refuses');
  const out = createSharedVerdicts(ROWS);
  await expect(mortal.decideBatch(shared, out)).rejects.toThrow(new RangeError('refused'));
  await mortal.decideBatch(shared, out);
  expect(Buffer.compare(out, expected)).toBe(0);
});

describe('a signal', () => {
  test.each([
    ['shared', shared, createSharedVerdicts(ROWS)],
    ['any', columns, new Uint8Array(ROWS)],
  ])(
    'ends a batch in %s memory: no shard begins afterwards, and those that run are waited for',
    async (_, from, out) => {
      const held = faulty('holds', 1);
      const controller = new AbortController();
      const arrived = arrival();
      let isSettled = false;
      const batch = held.decideBatch(from, out, { signal: controller.signal }).finally(() => {
        isSettled = true;
      });
      const outcome = expect(batch).rejects.toThrow('no longer wanted');
      await arrived;
      controller.abort(new Error('no longer wanted'));
      const before = begun();
      await sleep(30);
      expect(isSettled).toBe(false);
      writeFileSync(join(folder, 'go on'), '');
      await outcome;
      expect(begun()).toEqual(before);
      await held.decideBatch(from, out.fill(0));
      expect(Buffer.compare(out, expected)).toBe(0);
    },
  );

  test('takes back a batch that waits for a worker, while another goes on', async () => {
    const held = faulty('holds', 1);
    const arrived = arrival();
    const out = createSharedVerdicts(ROWS);
    const first = held.decideBatch(shared, out);
    await arrived;
    const controller = new AbortController();
    const second = held.decideBatch(shared, createSharedVerdicts(ROWS), { signal: controller.signal });
    controller.abort();
    // It need not wait for the worker that the first one holds.
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    writeFileSync(join(folder, 'go on'), '');
    await first;
    expect(Buffer.compare(out, expected)).toBe(0);
  });

  test('that was aborted before prevents every shard', async () => {
    const mortal = faulty('nothing');
    const signal = AbortSignal.abort(new Error('too late'));
    for (const rows of [10, ROWS]) {
      const batch = mortal.decideBatch(sliceColumns(columns, 0, rows), new Uint8Array(rows), { signal });
      await expect(batch).rejects.toThrow('too late');
    }
    expect(begun()).toEqual([]);
  });
});

describe('closing', () => {
  test('rejects what is under way and what comes later, and gives the workspaces back', async () => {
    const held = faulty('holds', 1);
    const arrived = arrival();
    const running = held.decideBatch(shared, createSharedVerdicts(ROWS));
    const waiting = held.decideBatch(columns, new Uint8Array(ROWS));
    const outcomes = Promise.allSettled([running, waiting]);
    await arrived;
    await Promise.all([held.close(), held.close()]);
    const closed = { status: 'rejected', reason: { name: 'PoolError', code: 'CLOSED', message: 'the pool is closed' } };
    expect(await outcomes).toMatchObject([closed, closed]);
    for (const rows of [10, ROWS]) {
      const later = held.decideBatch(sliceColumns(columns, 0, rows), new Uint8Array(rows));
      await expect(later).rejects.toMatchObject({ code: 'CLOSED' });
    }
    expect(freePlaces()).toBe(MAX_WORKSPACES - 1);
    expect(held.threads).toEqual([]);
  });
});

test('a batch in the evaluator’s memory is decided there', async () => {
  // Only an evaluator of the same build knows where its columns lie.
  const home = (await import(builtEvaluator)).createEvaluator(world) as Evaluator;
  pool = createEvaluatorPool(home, { workers: 2 });
  const out = home.createVerdicts(ROWS);
  const resident = home.createColumns(ROWS);
  for (const name of Object.keys(resident) as (keyof FullColumns)[]) resident[name].set(columns[name]);
  await pool.decideBatch(resident, out);
  expect(Buffer.compare(out, expected)).toBe(0);
});

test('the evaluator was disposed of: nothing is decided any more, however large the batch', async () => {
  const two = poolOf(2);
  evaluator.dispose();
  for (const rows of [1000, ROWS]) {
    const batch = two.decideBatch(sliceColumns(shared, 0, rows), new Uint8Array(rows));
    await expect(batch).rejects.toMatchObject({ code: 'DISPOSED' });
  }
});

describe('verdicts over a column that workers still read', () => {
  test('are refused, for few rows and for many, wherever they lie', async () => {
    const two = poolOf(2);
    for (const rows of [100, ROWS]) {
      const few = sliceColumns(shared, 0, rows) as FullColumns;
      const plain = sliceColumns(columns, 0, rows) as FullColumns;
      const moved = new Uint8Array(shared.type.buffer, shared.type.byteOffset + 7, rows);
      for (const [given, out] of [
        [few, few.cmd],
        [few, moved],
        [plain, plain.pre],
        [{ ...plain, pre: few.pre }, few.pre],
      ] as const) {
        const before = out.slice();
        await expect(two.decideBatch(given, out)).rejects.toMatchObject({ code: 'COLUMN_MEMORY', column: 'out' });
        expect(Buffer.compare(out, before)).toBe(0);
      }
    }
  });

  test('are refused in the evaluator’s memory', async () => {
    const { createEvaluator: createBuilt } = (await import(builtEvaluator)) as {
      createEvaluator: typeof createEvaluator;
    };
    const own = createBuilt(world);
    pool = createEvaluatorPool(own, { workers: 2 });
    const resident = own.createColumns(200_000);
    await expect(pool.decideBatch(resident, resident.type)).rejects.toMatchObject({ code: 'COLUMN_MEMORY' });
  });
});

test('a buffer that is transferred under way ends the batch with words', async () => {
  const out = new Uint8Array(ROWS);
  const done = poolOf(2).decideBatch(columns, out);
  structuredClone(out, { transfer: [out.buffer] });
  await expect(done).rejects.toMatchObject({ code: 'COLUMN_LENGTH', column: 'out' });
});
