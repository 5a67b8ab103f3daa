import { AbortError } from '../../errors.js';
import type { OutputPart } from '../../tables/columnar/verdict_columns.js';
import type { RequestChunk } from '../../tables/request_table.js';
import type { Split, SplitSizes, SplittableTable } from '../../tables/split.js';
import type { BatchWorkers } from '../batch_workers.js';
import { readError } from '../errors.js';
import type { CountedSplit } from '../summary/summary.js';
import { unwrap } from './read_failure.js';
import type { SplitResult, SplitWants } from './split_task.js';

/** Splits that are read ahead for each worker. */
const SPLITS_AHEAD = 2;

/** How splits are read. */
export interface SplitReadingOptions {
  /** What is wanted of each. */
  readonly wants: SplitWants;
  readonly sizes: SplitSizes;
  /** Ends reading in this thread. */
  readonly signal: AbortSignal | undefined;
}

/** A split whose rows were decided and counted where they were read, with its verdict rows where they are wanted. */
export interface DecidedSplit extends CountedSplit {
  readonly texts: readonly Uint8Array[];
  readonly parts: readonly OutputPart[];
}

/** A split that a worker reads. */
interface Ahead {
  readonly split: Split;
  readonly result: Promise<SplitResult>;
}

/**
 * Reads a table by splits, over workers: its chunks, or what was counted of them, in the order of the table. Throws a
 * BatchFileError, a RequestTableError, a PoolError, or the signal's reason.
 */
export async function* readSplits(
  table: SplittableTable,
  batchWorkers: Pick<BatchWorkers, 'workers' | 'readSplit' | 'close'>,
  { wants, sizes, signal }: SplitReadingOptions,
): AsyncGenerator<RequestChunk | DecidedSplit> {
  const { file } = table.data;
  const splits = table.splits(sizes)[Symbol.iterator]();
  const ahead: Ahead[] = [];
  const read = async (split: Split): Promise<SplitResult> => unwrap(file, await batchWorkers.readSplit(split, wants));
  const readAhead = (): void => {
    while (ahead.length < SPLITS_AHEAD * batchWorkers.workers) {
      const next = splits.next();
      if (next.done) return;
      const result = read(next.value);
      // Where an earlier split fails, this result is not awaited.
      result.catch(() => undefined);
      ahead.push({ split: next.value, result });
    }
  };
  let isDone = false;
  try {
    for (readAhead(); ahead[0]; readAhead()) {
      const { split, result } = ahead[0];
      let found = await result;
      let accepted = table.accept(split, found.end);
      if (accepted.kind === 'again') {
        found = await read(accepted.split);
        accepted = table.accept(accepted.split, found.end);
      }
      if (accepted.kind === 'endless') {
        yield* table.rest?.(signal) ?? [];
        break;
      }
      ahead.shift();
      if (accepted.kind !== 'taken') continue;
      const { rowsBefore, linesBefore } = accepted;
      if (found.counts) {
        const { counts, texts = [], parts = [] } = found;
        const shiftedParts = parts.map((part) => shifted(part, rowsBefore, linesBefore));
        yield { counts, rowsBefore, linesBefore, texts, parts: shiftedParts };
      }
      for (const chunk of found.chunks) yield shifted(chunk, rowsBefore, linesBefore);
    }
    isDone = true;
  } catch (error) {
    throw signal?.aborted ? new AbortError(signal.reason) : readError(file, error);
  } finally {
    // After a failure, splits that are still being read are not wanted, and may take long.
    if (!isDone) await batchWorkers.close();
    // A file that is closed must not be read any more.
    await Promise.allSettled(ahead.map(({ result }) => result));
  }
}

/** Rows that this many rows and lines come before. */
function shifted<Rows extends Pick<RequestChunk, 'firstRow' | 'lines'>>(
  chunk: Rows,
  rowsBefore: number,
  linesBefore: number,
): Rows {
  const { lines, firstRow } = chunk;
  if (lines && linesBefore > 0) {
    for (let row = 0; row < lines.length; row++) lines[row] = (lines[row] as number) + linesBefore;
  }
  return { ...chunk, firstRow: firstRow + rowsBefore };
}
