import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runBatch, sinkOf, sourceOf } from '../../src/batch/index.js';
import type { BatchOptions } from '../../src/batch/options.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { InvalidArgumentError, NotSharedError } from '../../src/errors.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { starterScenario } from '../../src/scenario/starter.js';
import { inProcess, ROOT } from '../cli/run_cli.js';
import { smallWorld } from '../tables/small_world.js';
import { batchProgramRun } from './batch_program.js';

const folder = mkdtempSync(join(tmpdir(), 'bpf-token-sim-batch-'));
const fleet = join(ROOT, 'examples/fleet.yaml');
/** Workers have a part in it from 131,072 rows on. */
const ROWS = 135_000;
const { files, check } = batchProgramRun(ROWS);

beforeAll(async () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'bpf-token-sim'), 'junction');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await inProcess([
    'generate',
    fleet,
    '--rows',
    String(ROWS),
    '--seed',
    '1',
    '--out',
    join(folder, 'requests.parquet'),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

// test/package runs it in the main thread as well.
test('the program of docs/library.md evaluates a Parquet table over workers, also inside a worker thread', async () => {
  const args = ['in_worker.mjs', fleet, 'requests.parquet', 'rows.csv'];
  check(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  await inProcess([
    'eval',
    fleet,
    '--requests',
    join(folder, 'requests.parquet'),
    '--out',
    join(folder, 'command.csv'),
  ]);
  const [rows, ofCommand] = ['rows.csv', 'command.csv'].map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(rows?.split('\n').length).toBe(ROWS + 2);
  expect(rows).toBe(ofCommand);
});

describe('a batch from streams to streams', () => {
  const evaluator = createEvaluator(smallWorld());

  test('reads and writes what the caller has open', async () => {
    const source = {
      kind: 'stream',
      format: 'csv',
      stream: pieces('task,cmd\nroot,btf_load\n', 'root,nonsense\n'),
    } as const;
    const summary = await runBatch({ evaluator, source, groupBy: ['cmd'] });
    expect(summary).toMatchObject({ rows: 2, badRows: 1, groupBy: ['cmd'] });
    expect(summary.groups?.map(({ texts, rows }) => [texts, rows])).toEqual([
      [['btf_load'], 1],
      [['nonsense'], 1],
    ]);
    expect(summary.problems.first).toMatchObject([{ line: 3, column: 'cmd' }]);
  });

  test('names of files tell formats, and an unknown one is an error', () => {
    expect(sourceOf('a.parquet')).toEqual({ kind: 'file', path: 'a.parquet', format: 'parquet' });
    expect(sinkOf('a.csv')).toEqual({ kind: 'file', path: 'a.csv', format: 'csv' });
    expect(sinkOf(undefined)).toEqual({ kind: 'none' });
    for (const make of [sourceOf, sinkOf])
      expect(() => make('a.txt')).toThrow(/a\.txt: the name does not tell the format/);
  });

  test.each<[string, Partial<Record<keyof BatchOptions, unknown>>]>([
    ['options.evaluator', { evaluator: {} }],
    ['options.source', { source: undefined }],
    ['options.source.kind', { source: { kind: 'socket' } }],
    ['options.source.format', { source: { kind: 'file', path: 'x', format: 'xml' } }],
    ['options.source.rows', { source: { kind: 'generated', rows: -1, seed: 1 } }],
    ['options.sink.kind', { sink: { kind: 'socket' } }],
    ['options.workers', { workers: 0 }],
    ['options.splitBytes', { splitBytes: 0.5 }],
    ['options.groupBy', { groupBy: ['colour'] }],
    ['options.signal', { signal: 5 }],
    ['options.compare[0]', { compare: [createEvaluator(parseScenario(starterScenario()).world)] }],
  ])('a wrong %s is an error that names it', async (argument, wrong) => {
    const options = { evaluator, source: { kind: 'generated', rows: 1, seed: 1 }, ...wrong } as unknown as BatchOptions;
    const error = await runBatch(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error).toMatchObject({ argument });
  });
});

test('memory of one thread is refused with several workers, however small the table is', async () => {
  const evaluator = createEvaluator(smallWorld(), { memory: 'private' });
  const source = { kind: 'generated', rows: 1, seed: 1 } as const;
  await expect(runBatch({ evaluator, source, workers: 2 })).rejects.toBeInstanceOf(NotSharedError);
  expect(await runBatch({ evaluator, source })).toMatchObject({ rows: 1 });
});

test('a batch ends where the rows that differ are read no more', async () => {
  const evaluator = createEvaluator(smallWorld());
  const other = createEvaluator({
    ...evaluator.world,
    tasks: evaluator.world.tasks.map((task) => ({ ...task, effective: 0n })),
  });
  const stream = new PassThrough();
  stream.destroy();
  const source = { kind: 'generated', rows: 500_000, seed: 1 } as const;
  const compareSink = { kind: 'stream', format: 'csv', stream } as const;
  const summary = await runBatch({ evaluator, source, compare: [other], compareSink });
  expect(summary).toMatchObject({ isTruncated: true });
  expect(summary.rows).toBeLessThan(500_000);
});

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts;
}
