import type { RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import type { ColumnarSplit } from '../../tables/split.js';
import type { TableSplits } from '../../tables/table.js';
import type { BatchWorkers } from '../batch_workers.js';
import { readError } from '../errors.js';
import type { CountedSplit } from '../summary/summary.js';
import { unwrap } from './read_failure.js';

/** Parts that are read ahead for each worker. */
const SPLITS_AHEAD = 2;

/** What workers counted of the parts of a table in columns, in its order. Throws as reading its chunks does, or a PoolError. */
export async function* countColumnarSplits(
  { table, all, done }: TableSplits,
  problems: RowDiagnostics,
  batchWorkers: BatchWorkers,
): AsyncGenerator<CountedSplit> {
  const parts = all()[Symbol.iterator]();
  const ahead: { readonly part: ColumnarSplit; readonly answer: ReturnType<BatchWorkers['readTable']> }[] = [];
  const nextPart = (): IteratorResult<ColumnarSplit> => {
    try {
      return parts.next();
    } catch (error) {
      throw readError(table.file, error);
    }
  };
  const readAhead = (): void => {
    while (ahead.length < SPLITS_AHEAD * batchWorkers.workers) {
      const next = nextPart();
      if (next.done) return;
      const answer = batchWorkers.readTable(next.value);
      // Where an earlier part fails, nobody asks what became of this one.
      answer.catch(() => undefined);
      ahead.push({ part: next.value, answer });
    }
  };
  let isDone = false;
  try {
    for (readAhead(); ahead[0]; readAhead()) {
      const { part, answer } = ahead[0];
      const { counts, problems: found } = unwrap(table.file, await answer);
      ahead.shift();
      problems.merge(found);
      done(part);
      yield { counts, rowsBefore: 0, linesBefore: 0 };
    }
    isDone = true;
  } finally {
    // Where nobody waits for them, threads end in the middle of a part, which may take long.
    if (!isDone) await batchWorkers.dismiss();
    // A file that is closed must not be read any more.
    await Promise.allSettled(ahead.map(({ answer }) => answer));
  }
}
