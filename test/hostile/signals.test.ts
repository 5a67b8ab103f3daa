import { Table } from 'apache-arrow';
import { expect, test, vi } from 'vitest';
import { countTransientChunks } from '../../src/batch/summary/count_columns.js';
import { emptyCounts } from '../../src/batch/summary/summary.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { readArrowStream } from '../../src/tables/arrow/stream_reader.js';
import { RowDiagnostics } from '../../src/tables/rows/row_diagnostics.js';
import { ipc, vectorOf } from '../tables/arrow/arrow_table.js';
import { smallWorld } from '../tables/small_world.js';

test('rows that take long are passed on before there are a million of them: signals get their turn', async () => {
  const world = smallWorld();
  const rows = 80_000;
  const some = (name: string) =>
    vectorOf(
      'dict_int8',
      Array.from({ length: rows }, () => name),
    );
  const bytes = ipc(new Table({ task: some('agent'), cmd: some('prog_laod') }), 'stream');
  const pieces = (async function* () {
    yield bytes;
  })();
  // Each look at the clock is 30 milliseconds after the one before.
  let ms = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    ms += 30;
    return ms;
  });
  try {
    const chunks = readArrowStream('t', world, pieces, new RowDiagnostics());
    const counted: number[] = [];
    const parts = countTransientChunks(
      chunks,
      [createEvaluator(world)],
      () => emptyCounts(world, [], undefined),
      undefined,
    );
    for await (const { counts } of parts) counted.push(counts.rows);
    expect(counted.reduce((sum, count) => sum + count)).toBe(rows);
    expect(counted.length).toBeGreaterThan(3);
  } finally {
    clock.mockRestore();
  }
});
