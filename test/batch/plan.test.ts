import { describe, expect, test } from 'vitest';
import { type BatchPlan, type PlanFacts, planBatch } from '../../src/batch/plan.js';

const KIB = 1024;
const facts = (given: Partial<PlanFacts>): PlanFacts => ({
  workers: 4,
  output: 'none',
  splitBytes: 64 * KIB,
  ...given,
});
const table = (isColumnar: boolean, bytes: number | undefined, isSplittable = bytes !== undefined) => ({
  isSplittable,
  isColumnar,
  bytes,
});
const LARGE = 100 * 64 * KIB;
const SMALL = 7 * 64 * KIB;
const OUTPUTS = ['none', 'text', 'columns'] as const;

describe('how a batch is executed', () => {
  test.each<[string, Partial<PlanFacts>, BatchPlan['kind'], BatchPlan['kind'], BatchPlan['kind']]>([
    ['many sampled rows', { sampledRows: 1_000_000 }, 'sample_in_workers', 'render_in_workers', 'chunks'],
    ['few sampled rows', { sampledRows: 999_999 }, 'chunks', 'render_in_workers', 'chunks'],
    ['a large text table', { table: table(false, LARGE) }, 'count_splits', 'read_splits', 'write_splits'],
    ['a small text table', { table: table(false, SMALL) }, 'chunks', 'render_in_workers', 'chunks'],
    ['a text table from a pipe', { table: table(false, undefined) }, 'chunks', 'render_in_workers', 'chunks'],
    ['a large table in columns', { table: table(true, LARGE) }, 'count_splits', 'write_splits', 'write_splits'],
    ['a small table in columns', { table: table(true, SMALL) }, 'count_in_place', 'render_in_workers', 'chunks'],
    ['an Arrow stream', { table: table(true, undefined) }, 'count_in_place', 'render_in_workers', 'chunks'],
    [
      'a large Arrow stream in a file',
      { table: table(true, LARGE, false) },
      'count_in_place',
      'render_in_workers',
      'chunks',
    ],
  ])('%s: without output, to text, to columns', (_, given, ...kinds) => {
    expect(OUTPUTS.map((output) => planBatch(facts({ ...given, output })).kind)).toEqual(kinds);
    // One thread never plans with workers.
    for (const output of OUTPUTS) {
      expect(['chunks', 'count_in_place']).toContain(planBatch(facts({ ...given, output, workers: 1 })).kind);
    }
  });

  test('threads render from the first chunk on where the table is known to be large', () => {
    expect(planBatch(facts({ table: table(true, LARGE, false), output: 'text' }))).toMatchObject({ fromChunk: 8 });
    expect(planBatch(facts({ table: table(true, SMALL), output: 'text' }))).toMatchObject({ fromChunk: 8 });
  });

  test('splits that are only counted grow with the table, up to eight times', () => {
    const bytesOf = (bytes: number): number => {
      const plan = planBatch(facts({ table: table(false, bytes) }));
      return 'splitBytes' in plan ? plan.splitBytes / (64 * KIB) : 0;
    };
    expect([LARGE, 256 * 64 * KIB, 1e9, 1e12].map(bytesOf)).toEqual([1, 2, 8, 8]);
  });
});
