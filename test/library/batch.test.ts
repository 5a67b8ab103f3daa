import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runBatch, sinkOf, sourceOf } from '../../src/batch/index.js';
import type { BatchOptions } from '../../src/batch/options.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { InvalidArgumentError, NotSharedError } from '../../src/errors.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { starterScenario } from '../../src/scenario/starter.js';
import { smallWorld } from '../tables/small_world.js';

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
