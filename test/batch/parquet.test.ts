import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type * as Batch from '../../src/batch/index.js';
import type * as Library from '../../src/index.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { cases, some } from '../cases.js';
import { duckdbFolder } from '../tables/duckdb_folder.js';
import { smallWorld } from '../tables/small_world.js';
import { terminatingTwo, workersOf } from './watched_workers.js';

// Workers are started from what the build wrote.
const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { runBatch } = (await import(dist('batch/index.js'))) as typeof Batch;
const { createEvaluator } = (await import(dist('index.js'))) as typeof Library;

/** Parts for the workers: one has at least 262,144 rows. */
const ROWS = cases(540_000, 1_300_000);
const world = smallWorld();
const evaluator = createEvaluator(world);
const compare = [createEvaluator({ ...world, profile: profileNamed('v12') })];
const groupBy = ['task', 'cmd', 'reason'] as const;
const here = duckdbFolder();
let table: string;

/** Requests of which every 10,007th names a task that there is none of, and every other expects something. */
const requests = (rows: number): string => `
  SELECT if(i % 10007 = 77, 'agnet', ['root', 'agent'][(hash(i) % 2)::INTEGER + 1]) AS task,
    if(i % 5 = 0, NULL, 'full') AS token, ['map_create', 'prog_load', 'btf_load', 'link_create'][(hash(i + 1) % 4)::INTEGER + 1] AS cmd,
    if(cmd = 'map_create', ['hash', 'array'][(hash(i + 2) % 2)::INTEGER + 1], NULL) AS map_type,
    if(cmd = 'prog_load', ['xdp', 'kprobe'][(hash(i + 3) % 2)::INTEGER + 1], NULL) AS prog_type,
    if(cmd = 'prog_load', i % 3, NULL)::UINTEGER AS insn_cnt, if(i % 2 = 0, 'allowed', NULL) AS expect
  FROM range(${rows}) t(i)`;

beforeAll(async () => {
  table = join(here.folder, 'table.parquet');
  await here.duckdb.run(`COPY (${requests(ROWS)}) TO '${table}' (FORMAT parquet, ROW_GROUP_SIZE 40_000)`);
});

/** By this thread, once for all tests. */
let alone: ReturnType<typeof summaryOf> | undefined;
function summaryAlone(): ReturnType<typeof summaryOf> {
  alone ??= summaryOf({});
  return alone;
}

async function summaryOf(options: Partial<Batch.BatchOptions>) {
  const source = { kind: 'file', path: table, format: 'parquet' } as const;
  const sink = { kind: 'none' } as const;
  const all = { world, evaluator, compare, groupBy, source, sink, splitBytes: 1, ...options };
  const { elapsedMs, peakMemory, plan, ...summary } = await runBatch(all);
  expect(elapsedMs).toBeGreaterThan(0);
  expect(peakMemory).toBeGreaterThan(0);
  return summary;
}

describe('a Parquet file', () => {
  test('has the same summary for any number of workers, and as rows', async () => {
    const alone = await summaryAlone();
    expect(alone).toMatchObject({
      rows: ROWS,
      badRows: Math.ceil((ROWS - 77) / 10_007),
      expectations: { checked: ROWS / 2 },
    });
    expect(alone.problems.first.map(({ row }) => row)).toEqual(Array.from({ length: 20 }, (_, i) => i * 10_007 + 78));
    for (const workers of some(1, [2, 3])) {
      const started = await workersOf(async () => expect(await summaryOf({ workers })).toEqual(alone));
      expect(started).toBe(workers);
    }
  });

  test('has the same summary as the same rows in NDJSON', async () => {
    const [lines, path] = [join(here.folder, 'fewer.ndjson'), join(here.folder, 'fewer.parquet')];
    const rows = cases(20_000, 60_000);
    await here.duckdb.run(`COPY (${requests(rows)}) TO '${lines}' (FORMAT json)`);
    await here.duckdb.run(`COPY (${requests(rows)}) TO '${path}' (FORMAT parquet)`);
    const [text, { problems, ...summary }] = [
      await summaryOf({ source: { kind: 'file', path: lines, format: 'ndjson' } }),
      await summaryOf({ source: { kind: 'file', path, format: 'parquet' }, workers: 2 }),
    ];
    expect(summary).toMatchObject({ rows, badRows: Math.ceil((rows - 77) / 10_007) });
    expect({ ...summary, expectations: undefined, problems: problems.counts }).toEqual({
      ...text,
      // Those name rows by their lines.
      expectations: undefined,
      problems: text.problems.counts,
    });
    expect(summary.expectations.checked).toBe(text.expectations.checked);
  });

  test('is read to its end whatever becomes of the workers', async () => {
    const alone = await summaryAlone();
    const killed = await terminatingTwo(async () => expect(await summaryOf({ workers: 2 })).toEqual(alone));
    expect(killed).toBe(2);
  });

  test('that becomes shorter while workers read it is an error in words', async () => {
    const path = join(here.folder, 'shrinking.parquet');
    await writeFile(path, await readFile(table));
    const source = { kind: 'file', path, format: 'parquet' } as const;
    const shrink = (): void => void truncate(path, 10_000);
    process.once('worker', shrink);
    await expect(summaryOf({ source, workers: 2 })).rejects.toThrow(/became shorter while it was read/);
  });

  test('is broken in a row group that a worker reads: an error that names it', async () => {
    const path = join(here.folder, 'broken.parquet');
    const bytes = await readFile(table);
    await writeFile(path, bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 50_000));
    const source = { kind: 'file', path, format: 'parquet' } as const;
    await expect(summaryOf({ source, workers: 2 })).rejects.toThrow(
      /broken\.parquet: it cannot be read as Parquet: row group \d+, column [a-z_]+: /,
    );
  });
});
