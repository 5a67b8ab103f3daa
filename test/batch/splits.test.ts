import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { BatchWorkers } from '../../src/batch/batch_workers.js';
import { LentMemories } from '../../src/batch/splits/lent_memories.js';
import { readSplits } from '../../src/batch/splits/split_reading.js';
import { SplitTaskHandler } from '../../src/batch/splits/split_task.js';
import { packWorld } from '../../src/batch/splits/world_transfer.js';
import { addCounts, type Counts, emptyCounts, tallyChunk } from '../../src/batch/summary/summary.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { shareEvaluator } from '../../src/engine/share.js';
import { SlotWorkspaces } from '../../src/pool/slot_workspaces.js';
import { TableFile } from '../../src/tables/file_source.js';
import { REQUEST_FORMATS, type RequestChunk, type RequestFormat } from '../../src/tables/request_table.js';
import { RowDiagnostics } from '../../src/tables/rows/row_diagnostics.js';
import { readRequests } from '../../src/tables/text/text_reader.js';
import { TextTable } from '../../src/tables/text/text_table.js';
import { cases, some } from '../cases.js';
import { VerdictRowsByRow } from '../tables/oracle/verdict_rows.js';
import { randomTable } from '../tables/random_tables.js';
import { smallWorld } from '../tables/small_world.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const memories = [shareEvaluator(evaluator).memory];
const workspaces = new SlotWorkspaces(memories, 1);
const folder = mkdtempSync(join(tmpdir(), 'splits-'));
const path = join(folder, 'table');
afterAll(() => {
  workspaces.release();
  rmSync(folder, { recursive: true });
});

/** Reads the splits of a table file, in this thread. */
async function* readFile(
  file: TableFile,
  format: RequestFormat,
  problems: RowDiagnostics,
  splitBytes: number,
  isCounted: boolean,
): ReturnType<typeof readSplits> {
  const table = await TextTable.open(path, file, format, world, problems);
  const chunkMemories = new LentMemories(2);
  const handler = await SplitTaskHandler.open({
    world: packWorld(world),
    memories,
    compared: [],
    table: table.data,
    chunkMemories: chunkMemories.all,
  });
  const batchWorkers: Pick<BatchWorkers, 'workers' | 'chunkMemories' | 'readSplit' | 'close'> = {
    workers: 2,
    chunkMemories,
    readSplit: async (part, wants, { chunkMemory } = {}) =>
      handler.run({ kind: 'split', split: part, wants, workspaces: workspaces.of(0), chunkMemory }) as ReturnType<
        BatchWorkers['readSplit']
      >,
    close: async () => undefined,
  };
  yield* readSplits(table, batchWorkers, {
    wants: isCounted ? 'counts' : 'chunks',
    sizes: { bytes: splitBytes },
    signal: undefined,
  });
}

interface Read {
  readonly counts: Counts;
  readonly problems: RowDiagnostics;
  /** Verdict rows, where chunks came. */
  readonly text: string;
  readonly error?: unknown;
}

/** What comes of a table: its counts, its problems, and its rows as they are written. */
async function gather(make: (problems: RowDiagnostics) => ReturnType<typeof readSplits>): Promise<Read> {
  const problems = new RowDiagnostics();
  const counts = emptyCounts(world, []);
  const rows = new VerdictRowsByRow(world, 'csv');
  let text = '';
  try {
    for await (const next of make(problems)) {
      if ('counts' in next) {
        addCounts(counts, next.counts, next.rowsBefore, next.linesBefore);
        continue;
      }
      const verdicts = new Uint8Array(next.rows);
      evaluator.decideBatch(next.columns, verdicts);
      tallyChunk(counts, next, verdicts, []);
      text += Buffer.from(rows.rows(next, verdicts)).toString();
      if ('release' in next) next.release();
    }
  } catch (error) {
    return { counts, problems, text, error };
  }
  return { counts, problems, text };
}

const whole = (bytes: Uint8Array, format: RequestFormat): Promise<Read> =>
  gather(
    (problems) =>
      readRequests(
        world,
        format,
        (async function* () {
          yield bytes;
        })(),
        { file: path, problems },
      ) as AsyncGenerator<RequestChunk>,
  );

const split = (bytes: Uint8Array, format: RequestFormat, splitBytes: number, isCounted: boolean): Promise<Read> => {
  writeFileSync(path, bytes);
  const file = TableFile.open(path);
  return gather((problems) => readFile(file, format, problems, splitBytes, isCounted)).finally(() => file.close());
};

describe.each(REQUEST_FORMATS)('a %s table cut into splits', (format) => {
  test('is read as it is whole, wherever it is cut', async () => {
    let texts = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(randomTable(format), { minLength: 1, maxLength: 2 }),
        fc.oneof(
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 8 }) },
          { weight: 9, arbitrary: fc.integer({ min: 9, max: 300 }) },
        ),
        async (tables, splitBytes) => {
          const bytes = Buffer.concat(tables);
          const alone = await whole(bytes, format);
          expect(await split(bytes, format, splitBytes, false)).toEqual(alone);
          expect(await split(bytes, format, splitBytes, true)).toEqual({ ...alone, text: '' });
          texts += alone.text.length;
        },
      ),
      { numRuns: cases(6, 20) },
    );
    // Few tables can be short ones.
    expect(texts).toBeGreaterThan(cases(100, 3000));
  });

  test('whose rows or lines are longer than anything read ahead', async () => {
    const good = format === 'csv' ? 'root,btf_load,x\n' : '{"task":"root","cmd":"btf_load"}\n';
    const head = format === 'csv' ? 'task,cmd,note\n' : '';
    const long = 'x'.repeat(cases(6, 12) << 20);
    // An open quote costs lines, one after the other, until more is read of it than of any line.
    const open = '"\n'.repeat(200);
    const bytes = Buffer.from(`${head}${good}${good}${long}\n${good.repeat(100)}${open}${good}${long}`);
    const alone = await whole(bytes, format);
    expect(alone.problems.counts.line_too_long).toBe(2);
    for (const splitBytes of some(1, [1 << 20, 1 << 21, 1 << 23])) {
      expect(await split(bytes, format, splitBytes, false)).toEqual(alone);
    }
  });

  test('keeps the lines and names of what is wrong in it', async () => {
    const good = format === 'csv' ? 'root,btf_load,x\n' : '{"task":"root","cmd":"btf_load"}\n';
    const bad = format === 'csv' ? 'root,btf_laod,x\n' : '{"task":"root","cmd":"btf_laod","nte":1}\n';
    const head = format === 'csv' ? 'task,cmd,nte\n' : '';
    const bytes = Buffer.from(head + (good.repeat(99) + bad).repeat(30));
    const { problems } = await split(bytes, format, 500, true);
    const above = format === 'csv' ? 1 : 0;
    expect(problems.first.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => 100 * (i + 1) + above));
    expect(problems).toMatchObject({ total: 30, rows: 30, unknownColumns: [{ name: 'nte' }] });
  });
});

test('a file that became shorter is an error, not a shorter table', async () => {
  writeFileSync(path, `task,cmd\n${'root,btf_load\n'.repeat(100)}`);
  const file = TableFile.open(path);
  truncateSync(path, 30);
  await expect(readFile(file, 'csv', new RowDiagnostics(), 100, true).next()).rejects.toThrow(
    `cannot read ${path}: it became shorter while it was read`,
  );
  file.close();
});
