import { describe, expect, test } from 'vitest';
import { type BatchPlan, type PlanFacts, planBatch } from '../../src/batch/plan.js';

const KIB = 1024;
const facts = (given: Partial<PlanFacts>): PlanFacts => ({
  workers: 4,
  isWritten: false,
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

describe('how a batch is executed', () => {
  test.each<[string, Partial<PlanFacts>, BatchPlan['kind'], BatchPlan['kind']]>([
    ['many sampled rows', { sampledRows: 1_000_000 }, 'sample_in_workers', 'sample_in_workers'],
    ['few sampled rows', { sampledRows: 999_999 }, 'chunks', 'chunks'],
    ['a large text table', { table: table(false, LARGE) }, 'count_splits', 'read_splits'],
    ['a small text table', { table: table(false, SMALL) }, 'chunks', 'decide_in_workers'],
    ['a text table from a pipe', { table: table(false, undefined) }, 'chunks', 'decide_in_workers'],
    ['a large table in columns', { table: table(true, LARGE) }, 'count_splits', 'write_splits'],
    [
      'a large table in columns with a part too large to be held as it is written',
      { table: { ...table(true, LARGE), uncutRows: 1_000_000 } },
      'count_splits',
      'read_splits',
    ],
    ['a small table in columns', { table: table(true, SMALL) }, 'count_in_place', 'decide_in_workers'],
    ['an Arrow stream', { table: table(true, undefined) }, 'count_in_place', 'decide_in_workers'],
    ['a large Arrow stream in a file', { table: table(true, LARGE, false) }, 'count_in_place', 'decide_in_workers'],
  ])('%s: without output, and with one', (_, given, ...kinds) => {
    const written = [false, true];
    expect(written.map((isWritten) => planBatch(facts({ ...given, isWritten })).kind)).toEqual(kinds);
    // One thread never plans with workers.
    for (const isWritten of written) {
      expect(['chunks', 'count_in_place']).toContain(planBatch(facts({ ...given, isWritten, workers: 1 })).kind);
    }
  });

  test('threads that decide are started after eight chunks, whatever the size of the table', () => {
    expect(planBatch(facts({ table: table(true, LARGE, false), isWritten: true }))).toMatchObject({ fromChunk: 8 });
    expect(planBatch(facts({ table: table(true, SMALL), isWritten: true }))).toMatchObject({ fromChunk: 8 });
  });

  test.each([
    [false, [1, 2, 8, 8]],
    [true, [1, 2, 2, 2]],
  ])(
    'splits grow with the table, up to eight times where rows are only counted, else up to twice (written: %s)',
    (isWritten, times) => {
      const bytesOf = (bytes: number): number => {
        const plan = planBatch(facts({ table: table(false, bytes), isWritten }));
        return 'splitBytes' in plan ? plan.splitBytes / (64 * KIB) : 0;
      };
      expect([LARGE, 256 * 64 * KIB, 1e9, 1e12].map(bytesOf)).toEqual(times);
    },
  );
});
