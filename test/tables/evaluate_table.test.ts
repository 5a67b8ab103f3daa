import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { attachEvaluator, shareEvaluator } from '../../src/engine/share.js';
import { InvalidArgumentError } from '../../src/errors.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { evaluateTable } from '../../src/tables/evaluate_table.js';
import { TABLE_FORMATS, type TableFormat } from '../../src/tables/formats.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { smallWorld } from './small_world.js';
import { requestTable } from './written.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const ROWS = 20_000;
const [generated] = [...generateRequests(world, 6, ROWS, { chunkRows: ROWS })];
const expected = new Uint8Array(ROWS);
if (generated) evaluator.decideBatch(generated.columns, expected);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The drawn requests as the bytes of a table. */
function written(format: TableFormat): Promise<Uint8Array> {
  return requestTable(world, format, generateRequests(world, 6, ROWS));
}

describe.each(TABLE_FORMATS.filter((format) => format !== 'parquet'))('%s', (format) => {
  it('gives every row its verdict, from a file, from bytes, and in an attachment', async () => {
    const bytes = await written(format);
    const path = join(folder, `table.${format}`);
    await writeFile(path, bytes);
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
    };
    const attached = attachEvaluator(shareEvaluator(evaluator));
    for (const table of [
      evaluateTable(evaluator, path),
      evaluateTable(evaluator, pieces(), { format }),
      evaluateTable(attached, path, { world }),
    ]) {
      const verdicts: number[] = [];
      for await (const chunk of table) {
        expect(chunk.firstRow).toBe(verdicts.length);
        expect(chunk.columns.task).toHaveLength(chunk.rows);
        verdicts.push(...chunk.verdicts);
      }
      expect(Buffer.compare(Uint8Array.from(verdicts), expected)).toBe(0);
      expect(table.problems.total).toBe(0);
    }
    attached.dispose();
  });

  it('copies what it keeps of pieces: a source may write over each before it gives the next', async () => {
    const bytes = await written(format);
    const random = new RandomSource(26);
    for (const makeBuffer of [
      (size: number) => new Uint8Array(size),
      (size: number) => Buffer.alloc(size),
      (size: number) => new Uint8Array(new SharedArrayBuffer(size)),
    ]) {
      const buffer = makeBuffer(70_000);
      const pieces = async function* () {
        for (let at = 0; at < bytes.length; ) {
          const size = Math.min(
            bytes.length - at,
            random.chance(20) ? 1 + random.below(9) : 1 + random.below(buffer.length),
          );
          const from = random.below(buffer.length - size + 1);
          buffer.set(bytes.subarray(at, at + size), from);
          yield buffer.subarray(from, from + size);
          buffer.fill(0xa5);
          at += size;
        }
      };
      const table = evaluateTable(evaluator, pieces(), { format });
      const kept = [];
      for await (const chunk of table) kept.push(chunk);
      expect(Buffer.compare(Buffer.concat(kept.map(({ verdicts }) => verdicts)), expected)).toBe(0);
      expect(Buffer.from(Buffer.concat(kept.map(({ columns }) => columns.cmd)))).toEqual(
        Buffer.from(generated?.columns.cmd ?? []),
      );
      expect(table.problems.total).toBe(0);
    }
  });

  it('refuses a piece that is neither bytes nor text', async () => {
    for (const piece of [3, null, undefined, new Uint16Array(8), new ArrayBuffer(8), { length: 3 }]) {
      const pieces = (async function* () {
        yield piece as never;
      })();
      const first = evaluateTable(evaluator, pieces, { format })[Symbol.asyncIterator]().next();
      await expect(first).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', argument: 'source' });
    }
  });

  it('a signal ends it', async () => {
    const controller = new AbortController();
    const path = join(folder, `table.${format}`);
    const run = async (): Promise<void> => {
      for await (const _ of evaluateTable(evaluator, path, { signal: controller.signal })) controller.abort();
    };
    await expect(run()).rejects.toMatchObject({ name: 'AbortError' });
  });
});

test('what is wrong with rows is in problems, and in the chunk they are in', async () => {
  const source = (async function* () {
    yield 'task,cmd\nroot,btf_load\nrot,btf_load\n';
  })();
  const table = evaluateTable(evaluator, source, { format: 'csv' });
  const chunks = [];
  for await (const chunk of table) chunks.push(chunk);
  expect(chunks.map(({ rows, lines, bad }) => [rows, [...(lines ?? [])], [...bad.keys()]])).toEqual([[2, [2, 3], [1]]]);
  expect(table.problems.first).toMatchObject([{ line: 3, kind: 'no_such_task', nearest: 'root' }]);
});

test('what cannot be evaluated is said', async () => {
  const attached = attachEvaluator(shareEvaluator(evaluator));
  expect(() => evaluateTable(attached, 'x.csv')).toThrow(InvalidArgumentError);
  attached.dispose();
  expect(() => evaluateTable(evaluator, 'x.txt')).toThrow('the format of the table is not known');
  const missing = evaluateTable(evaluator, join(folder, 'missing.arrow'))[Symbol.asyncIterator]();
  await expect(missing.next()).rejects.toMatchObject({ code: 'ENOENT' });
});
