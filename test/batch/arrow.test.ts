import { mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import {
  CompressionType,
  compressionRegistry,
  DataType,
  RecordBatchFileWriter,
  tableFromArrays,
  tableFromIPC,
} from 'apache-arrow';
import lz4 from 'lz4-napi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as Batch from '../../src/batch/index.js';
import type * as Library from '../../src/index.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { ArrowEncoder } from '../../src/tables/arrow/encoder.js';
import { ANY_ADDED_NAMES } from '../../src/tables/columnar/added_names.js';
import { requestColumns } from '../../src/tables/columnar/output_columns.js';
import { requestNames } from '../../src/tables/columnar/request_names.js';
import type { RequestChunk } from '../../src/tables/request_table.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { cases, some } from '../cases.js';
import { CellBuffer, RequestCellsByRow } from '../tables/oracle/request_cells.js';
import { smallWorld } from '../tables/small_world.js';
import { recordBatch, requestTable } from '../tables/written.js';
import { terminatingTwo, workersOf } from './watched_workers.js';

// Workers are started from what the build wrote.
const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { runBatch } = (await import(dist('batch/index.js'))) as typeof Batch;
const { createEvaluator } = (await import(dist('index.js'))) as typeof Library;

/** Parts for the workers: one has at least 131,072 rows. */
const ROWS = cases(270_000, 1_300_000);
const BAD_ROWS = Math.ceil((ROWS - 77) / 10_007);
const BATCH_ROWS = 131_072;
const world = smallWorld();
const evaluator = createEvaluator(world);
const compare = [createEvaluator({ ...world, profile: profileNamed('v12') })];
const nowhere = { kind: 'none' } as const;
let folder: string;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arrow-'));
  table = join(folder, 'table.arrow');
  await writeTable(table);
});
afterAll(() => rm(folder, { recursive: true }));

/** A table of which every 10,007th row names a task that there is none of, and every other expects something. */
async function writeTable(path: string, rowsInAll = ROWS): Promise<void> {
  const columns = requestColumns(world, ANY_ADDED_NAMES);
  const encoder = new ArrowEncoder([...columns, { name: 'expect', holds: 'names', names: [], bytes: 4 }], true);
  const cells = new RequestCellsByRow(world);
  const file = await open(path, 'w');
  await file.write(encoder.start());
  const names = requestNames(world);
  for (const [column, list] of names.entries()) if (list) await file.write(encoder.names(column, list));
  await file.write(encoder.names(0, ['agnet']));
  await file.write(encoder.names(columns.length, ['EPERM', 'allowed']));
  for (const { columns: drawn, rows, firstRow } of generateRequests(world, 5, rowsInAll, { chunkRows: BATCH_ROWS })) {
    const written = cells.of(drawn);
    const expects = new CellBuffer('names', rows);
    for (let row = 0; row < rows; row++) {
      expects.put(row, 0, row % 2 === 0);
      if ((firstRow + row) % 10_007 === 77) written[0]?.put(row, world.tasks.length, true);
    }
    await file.write(recordBatch(encoder, rows, [...written, expects]));
  }
  await file.write(encoder.end());
  await file.close();
}

/** Drawn requests. */
function requests(seed: number, rows: number): RequestChunk['columns'] {
  const [chunk] = generateRequests(world, seed, rows) as Iterable<RequestChunk>;
  return (chunk as RequestChunk).columns;
}

/** By this thread, once for all tests. */
let alone: ReturnType<typeof summaryOf> | undefined;
function summaryAlone(): ReturnType<typeof summaryOf> {
  alone ??= summaryOf({});
  return alone;
}

async function summaryOf(options: Partial<Batch.BatchOptions>) {
  const source = { kind: 'file', path: table, format: 'arrow' } as const;
  const { elapsedMs, peakMemory, plan, ...summary } = await runBatch({
    world,
    evaluator,
    compare,
    source,
    sink: nowhere,
    splitBytes: 1,
    ...options,
  });
  expect(elapsedMs).toBeGreaterThan(0);
  expect(peakMemory).toBeGreaterThan(0);
  return summary;
}

describe('an Arrow file', () => {
  test('has the same summary for any number of workers, and in a stream', async () => {
    const alone = await summaryAlone();
    expect(alone).toMatchObject({ rows: ROWS, badRows: BAD_ROWS, expectations: { checked: ROWS / 2 } });
    expect(alone.problems).toMatchObject({ total: BAD_ROWS, rows: BAD_ROWS, counts: { no_such_task: BAD_ROWS } });
    expect(alone.problems.first.map(({ row }) => row)).toEqual(Array.from({ length: 20 }, (_, i) => i * 10_007 + 78));
    expect(alone.problems.first[0]).toMatchObject({ column: 'task', nearest: 'agent' });
    expect(alone.expectations.first).toHaveLength(20);
    for (const workers of some(1, [2, 3])) {
      const started = await workersOf(async () => expect(await summaryOf({ workers })).toEqual(alone));
      expect(started).toBe(workers);
    }
    const stdin = Readable.from([await readFile(table)]);
    const piped = await summaryOf({ source: { kind: 'stdin', format: 'arrow' }, stdin, workers: 2 });
    expect(piped).toEqual(alone);
  });

  test('has the same summary as NDJSON', async () => {
    const path = join(folder, 'fewer.arrow');
    await writeTable(path, 40_000);
    const source = { kind: 'file', path, format: 'arrow' } as const;
    const alone = await summaryOf({ source });
    expect(alone).toMatchObject({ rows: 40_000, badRows: 4, expectations: { checked: 20_000 } });
    const out = join(folder, 'out.ndjson');
    await summaryOf({ source, sink: { kind: 'file', path: out, format: 'ndjson' }, workers: 2 });
    // The rows that were written are the same requests again, but for what they expect.
    const again = await summaryOf({ source: { kind: 'file', path: out, format: 'ndjson' } });
    expect([again.rows, again.badRows, again.verdicts]).toEqual([alone.rows, alone.badRows, alone.verdicts]);
    expect([again.tasks, again.problems.counts]).toEqual([alone.tasks, alone.problems.counts]);
  });

  test('is read to its end whatever becomes of the workers', async () => {
    const alone = await summaryAlone();
    const killed = await terminatingTwo(async () => expect(await summaryOf({ workers: 2 })).toEqual(alone));
    expect(killed).toBe(2);
  });

  test('that becomes shorter while workers read it is an error in words', async () => {
    const path = join(folder, 'shrinking.arrow');
    await writeFile(path, await readFile(table));
    const source = { kind: 'file', path, format: 'arrow' } as const;
    const shrink = (): void => void truncate(path, 100_000);
    process.once('worker', shrink);
    await expect(summaryOf({ source, workers: 2 })).rejects.toThrow(/became shorter while it was read/);
  });
});

test('a compressed file is read by workers, which load codecs for it; a broken one is an error in words', async () => {
  compressionRegistry.set(CompressionType.LZ4_FRAME, {
    encode: (bytes: Uint8Array) => lz4.compressFrameSync(Buffer.from(bytes)),
  });
  const tasks = Array.from({ length: 5000 }, (_, row) => ['root', 'agent', 'agnet'][row % 3] as string);
  const given = tableFromArrays({ task: tasks, cmd: tasks.map(() => 'btf_load') });
  const write = async (name: string, options: object): Promise<string> => {
    const writer = new RecordBatchFileWriter(options as never);
    writer.write(given as never);
    writer.finish();
    const path = join(folder, name);
    await writeFile(path, writer.toUint8Array(true));
    return path;
  };
  const read = (path: string, workers: number) =>
    summaryOf({ source: { kind: 'file', path, format: 'arrow' }, workers });
  const plain = await read(await write('plain.arrow', {}), 1);
  expect(plain).toMatchObject({ rows: 5000, badRows: 1666 });
  const path = await write('lz4.arrow', { compressionType: CompressionType.LZ4_FRAME });
  const started = await workersOf(async () => {
    expect(await read(path, 2)).toEqual(plain);
    const broken = await readFile(path);
    // The last frame is a batch's, not a dictionary's.
    const at = broken.lastIndexOf(Buffer.of(0x04, 0x22, 0x4d, 0x18));
    await writeFile(path, broken.fill(0x55, at, at + 4));
    await expect(read(path, 2)).rejects.toThrow(/: a buffer compressed with lz4 cannot be read: /);
  });
  expect(started).toBe(4);
});

describe('verdicts as Arrow', () => {
  test.each(['arrow', 'arrows'] as const)('%s: rows with problems are written as they were', async (format) => {
    const out = join(folder, `verdicts.${format}`);
    const lines = await requestTable(world, 'ndjson', [{ columns: requests(3, 1000) }]);
    const bad = '{"task":"agnet","cmd":"map_create"}\n{"task":"root","cmd":"prog_laod","insn_cnt":"many"}\n';
    const path = join(folder, 'requests.ndjson');
    await writeFile(path, `${lines}${bad}${lines}${bad}`);
    const source = { kind: 'file', path, format: 'ndjson' } as const;
    const written = await summaryOf({ source, sink: { kind: 'file', path: out, format } });
    const again = await summaryOf({ source: { kind: 'file', path: out, format } });
    expect(again.verdicts).toEqual(written.verdicts);
    expect(again.tasks).toEqual(written.tasks);
    expect(again.problems.first.map(({ row, message }) => [row, message])).toEqual(
      written.problems.first.map(({ line, message }) => [line, message]),
    );
  });

  test('names of tasks have numbers of one byte where the dictionaries of the table say that few more come', async () => {
    const [narrow, direct, again] = ['narrow.arrow', 'direct.csv', 'again.csv'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const to = (path: string, format: 'arrow' | 'csv') => ({ kind: 'file', path, format }) as const;
    await summaryOf({ sink: to(narrow, 'arrow') });
    await summaryOf({ sink: to(direct, 'csv') });
    const { fields } = tableFromIPC(await readFile(narrow)).schema;
    const indices = fields.flatMap(({ name, type }) =>
      DataType.isDictionary(type) ? [[name, type.indices.bitWidth] as const] : [],
    );
    expect(Object.fromEntries(indices)).toMatchObject({ task: 8, token: 8, cmd: 8, pre: 8, reason: 8 });
    // The task that the world does not have is there.
    await summaryOf({ source: { kind: 'file', path: narrow, format: 'arrow' }, sink: to(again, 'csv') });
    expect((await readFile(again)).equals(await readFile(direct))).toBe(true);
    expect((await readFile(direct, 'utf8')).match(/,agnet,/g)).toHaveLength(BAD_ROWS);
  });

  test('a signal leaves no output', async () => {
    const controller = new AbortController();
    const run = summaryOf({
      source: { kind: 'generated', rows: 1e9, seed: 1 },
      sink: { kind: 'file', path: join(folder, 'never.arrow'), format: 'arrow' },
      signal: controller.signal,
      onProgress: ({ rows }) => {
        if (rows > 100_000) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(folder)).filter((name) => name.includes('never'))).toEqual([]);
  });

  test('go through standard output', async () => {
    const stdout = new PassThrough();
    const pieces: Buffer[] = [];
    stdout.on('data', (piece: Buffer) => pieces.push(piece));
    await summaryOf({
      source: { kind: 'generated', rows: 5000, seed: 1 },
      sink: { kind: 'stdout', format: 'arrows' },
      stdout,
    });
    const summary = await summaryOf({ source: { kind: 'stdin', format: 'arrows' }, stdin: Readable.from(pieces) });
    expect(summary.rows).toBe(5000);
  });
});

test('a table that is cut off is an error that names it, and leaves no output', async () => {
  const bytes = await requestTable(world, 'arrow', [{ columns: requests(1, 100) }]);
  const path = join(folder, 'cut.arrow');
  await writeFile(path, bytes.subarray(0, bytes.length - 20));
  const out = join(folder, 'out.csv');
  const run = summaryOf({
    source: { kind: 'file', path, format: 'arrow' },
    sink: { kind: 'file', path: out, format: 'csv' },
  });
  await expect(run).rejects.toThrow(`${path}: the Arrow file is cut off`);
  expect((await readdir(folder)).filter((name) => name.includes('out.csv'))).toEqual([]);
});
