import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, test } from 'vitest';
import type * as Batch from '../../src/batch/index.js';
import type * as Library from '../../src/index.js';
import { TABLE_FORMATS, type TableFormat } from '../../src/tables/formats.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { smallWorld } from '../tables/small_world.js';
import { requestTable } from '../tables/written.js';

// Workers are started from what the build wrote.
const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { runBatch } = (await import(dist('batch/index.js'))) as typeof Batch;
const { createEvaluator } = (await import(dist('index.js'))) as typeof Library;

const world = smallWorld();
export const evaluator = createEvaluator(world);
export const folder = mkdtempSync(join(tmpdir(), 'changing-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** More rows than are read before the first one is decided. */
const ROWS = 24_000;

function bytesOfTable(format: TableFormat): Promise<Buffer> {
  return requestTable(world, format, generateRequests(world, 1, ROWS));
}
const TABLES = new Map<TableFormat, Promise<Buffer>>();

export const CHANGES: Readonly<Record<string, { change(path: string, bytes: Buffer): void; says: RegExp }>> = {
  'becomes shorter, which one thread took for its end,': {
    change: (path, bytes) => truncateSync(path, bytes.length - 10),
    says: /became shorter while it was read/,
  },
  'becomes longer, which one thread read on,': {
    change: (path, bytes) => appendFileSync(path, bytes.subarray(0, 10)),
    says: /became longer while it was read/,
  },
  'is replaced in place by one of the same length': {
    change: (path, bytes) => writeFileSync(path, bytes),
    says: /was written to while it was read/,
  },
  'is cut to nothing': { change: (path) => truncateSync(path, 0), says: /became shorter while it was read/ },
};

/** A table that was last written to a while ago. */
export async function tableAt(name: string, format: TableFormat): Promise<{ path: string; bytes: Buffer }> {
  const path = join(folder, name);
  const making = TABLES.get(format) ?? bytesOfTable(format);
  TABLES.set(format, making);
  const bytes = await making;
  writeFileSync(path, bytes);
  utimesSync(path, 1e9, 1e9);
  return { path, bytes };
}

/** Decides the table, which `change` is done to once the batch begins to write. */
export function decided(
  path: string,
  format: TableFormat,
  workers: number,
  change: () => void,
): Promise<Batch.Summary> {
  let isChanged = false;
  const stdout = new Writable({
    write(_piece, _encoding, done) {
      if (!isChanged) change();
      isChanged = true;
      done();
    },
  });
  const source = { kind: 'file', path, format } as const;
  const sink = { kind: 'stdout', format: 'ndjson' } as const;
  return runBatch({ world, evaluator, source, sink, stdout, workers, splitBytes: 1 << 17 });
}

/** A way to read a table: its format, and how many threads read it. */
type Reader = readonly [format: TableFormat, threads: number];
/** Of CSV by this thread and by workers. */
const READERS: readonly Reader[] = TABLE_FORMATS.flatMap((format) =>
  (format === 'csv' ? [1, 2] : [1]).map((threads) => [format, threads] as const),
);

/** Every change of a table, by its number, in readers of it. */
export function describeChanges(): void {
  describe.each(Object.entries(CHANGES))('a table that %s while it is read: an error', (_, { change, says }) => {
    test.each(READERS)('%s, threads: %i', async (format, threads) => {
      const { path, bytes } = await tableAt(`table.${format}`, format);
      await expect(decided(path, format, threads, () => change(path, bytes))).rejects.toThrow(says);
    });
  });

  describe('a table that is replaced by renaming while it is read: what was opened is read', () => {
    test.each(READERS)('%s, threads: %i', async (format, threads) => {
      const { path } = await tableAt(`table.${format}`, format);
      const other = (await tableAt('other', format)).path;
      truncateSync(other, 10);
      const summary = await decided(path, format, threads, () => renameSync(other, path));
      expect(summary.rows).toBe(ROWS);
      expect(statSync(path).size).toBe(10);
    });
  });
}
