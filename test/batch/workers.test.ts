import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_WORKSPACES } from '../../src/abi/memory_layout.js';
import type * as Batch from '../../src/batch/index.js';
import { shareEvaluator } from '../../src/engine/share.js';
import type * as Library from '../../src/index.js';
import { extendProfile, profileNamed } from '../../src/kernel/profile.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { cases, some } from '../cases.js';
import { smallWorld } from '../tables/small_world.js';
import { requestTable } from '../tables/written.js';

// Workers are started from what the build wrote.
const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { runBatch } = (await import(dist('batch/index.js'))) as typeof Batch;
const { createEvaluator, attachEvaluator } = (await import(dist('index.js'))) as typeof Library;

const world = smallWorld();
const custom = { ...world, profile: extendProfile(profileNamed('v12'), 'mine', { token_needs_own_userns: false }) };
const evaluator = createEvaluator(world);
const compare = [createEvaluator(custom), createEvaluator({ ...world, profile: profileNamed('v12') })];
const nowhere = { kind: 'none' } as const;
const groupBy = ['task', 'cmd', 'reason'] as const;
const ROWS = cases(10_000, 60_000);
/** A table has many splits. */
const SPLIT_BYTES = 8 * ROWS;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workers-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A batch's summary without what differs from run to run. */
async function summaryOf(options: Partial<Batch.BatchOptions> & Pick<Batch.BatchOptions, 'source' | 'sink'>) {
  const { elapsedMs, peakMemory, plan, ...summary } = await runBatch({
    world,
    evaluator,
    compare,
    groupBy,
    ...options,
  });
  expect(elapsedMs).toBeGreaterThan(0);
  expect(peakMemory).toBeGreaterThan(0);
  return summary;
}

/** A table of rows, some of which cannot be read, and half of which expect something. */
async function makeTable(): Promise<string> {
  const bytes = await requestTable(world, 'ndjson', generateRequests(world, 9, ROWS));
  const lines = bytes.toString().trimEnd().split('\n');
  for (let i = 0; i < lines.length; i += 2) lines[i] = `${lines[i]?.slice(0, -1)},"expect":"EPERM"}`;
  for (let i = 77; i < lines.length; i += ROWS / 20)
    lines[i] = `{"task":"agnet","cmd":"map_create","map_type":"h,${i}"}`;
  return lines.join('\n');
}
let tableText: string | undefined;

describe('more workers change nothing', () => {
  test('in the summary of drawn rows', async () => {
    const rows = cases(400_001, 1_000_001);
    const source = { kind: 'generated', rows, seed: 4 } as const;
    const alone = await summaryOf({ source, sink: nowhere });
    expect(alone.rows).toBe(rows);
    expect(alone.comparisons.every(({ verdicts }) => verdicts > 0)).toBe(true);
    expect(await summaryOf({ source, sink: nowhere, workers: 3 })).toEqual(alone);
  });

  test('in the counts by task where there are more tasks than a part has rows', async () => {
    const tasks = Array.from({ length: 3000 }, (_, i) => ({ ...world.tasks[i % 4], name: `task ${i}` }));
    const large = { ...world, tasks } as typeof world;
    const path = join(folder, 'table.arrow');
    await writeFile(path, await requestTable(large, 'arrow', generateRequests(large, 3, cases(40_000, 100_000))));
    const source = { kind: 'file', path, format: 'arrow' } as const;
    const sink = { kind: 'file', path: join(folder, 'out.csv'), format: 'csv' } as const;
    const asked = { world: large, evaluator: createEvaluator(large), compare: [], source, sink, splitBytes: 10_000 };
    const alone = await summaryOf(asked);
    expect(alone.tasks.length).toBe(3001 * 32);
    expect(await summaryOf({ ...asked, workers: 2 })).toEqual(alone);
  });

  test.each(some(1, ['csv', 'ndjson'] as const))(
    'in the %s rows of a table, its bad rows and its expectations',
    async (format) => {
      const table = join(folder, 'table.ndjson');
      tableText ??= await makeTable();
      await writeFile(table, tableText);
      const run = async (workers: number) => {
        const path = join(folder, `out-${workers}`);
        const source = { kind: 'file', path: table, format: 'ndjson' } as const;
        const summary = await summaryOf({
          source,
          sink: { kind: 'file', path, format },
          workers,
          splitBytes: SPLIT_BYTES,
        });
        return { summary, rows: await readFile(path) };
      };
      const alone = await run(1);
      const among = await run(2);
      expect(among.summary).toEqual(alone.summary);
      expect(Buffer.compare(among.rows, alone.rows)).toBe(0);
      expect(alone.summary.badRows).toBe(20);
      expect(alone.summary.expectations).toMatchObject({ checked: ROWS / 2 });
      expect(alone.summary.expectations.first).toHaveLength(20);
    },
  );

  test('in the rows written of drawn requests', async () => {
    const run = async (workers: number): Promise<Buffer> => {
      const path = join(folder, `out-${workers}`);
      const source = { kind: 'generated', rows: cases(140_001, 200_001), seed: 4 } as const;
      await summaryOf({ source, sink: { kind: 'file', path, format: 'csv' }, workers });
      return readFile(path);
    };
    expect(Buffer.compare(await run(2), await run(1))).toBe(0);
  });

  test('in how a reader that goes away ends the batch', async () => {
    const stdout = new PassThrough();
    let pieces = 0;
    stdout.on('data', () => {
      pieces += 1;
      if (pieces === 20) stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    });
    const source = { kind: 'generated', rows: 1e9, seed: 1 } as const;
    const summary = await summaryOf({ source, sink: { kind: 'stdout', format: 'csv' }, stdout, workers: 2 });
    expect(summary.isTruncated).toBe(true);
    expect(summary.rows).toBeLessThan(1e6);
  });
});

describe('a signal', () => {
  test.each([
    ['drawing', false],
    ['writing', true],
  ])('ends workers that are %s; no output appears, and their workspaces are free', async (_, isWriting) => {
    const controller = new AbortController();
    const path = join(folder, 'out.csv');
    const batch = summaryOf({
      source: { kind: 'generated', rows: 1e12, seed: 1 },
      sink: isWriting ? { kind: 'file', path, format: 'csv' } : nowhere,
      workers: 2,
      signal: controller.signal,
      // Told by then: that more rows were decided than one thread writes by itself, so by workers.
      onProgress: ({ rows }) => {
        if (rows > (isWriting ? 250_000 : 1_000_000)) controller.abort();
      },
    });
    await expect(batch).rejects.toMatchObject({ name: 'AbortError', message: 'interrupted' });
    expect(await readdir(folder)).toEqual([]);
    const free = Array.from({ length: MAX_WORKSPACES - 1 }, () => attachEvaluator(shareEvaluator(evaluator)));
    for (const attachment of free) attachment.dispose();
  });
});
