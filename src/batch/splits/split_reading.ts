import { AbortError } from '../../errors.js';
import type { RequestChunk } from '../../tables/request_table.js';
import type { Split, SplitSizes, SplittableTable } from '../../tables/split.js';
import type { BatchWorkers, LentToSplit } from '../batch_workers.js';
import { readError } from '../errors.js';
import type { LentParts } from '../output/part_output.js';
import type { CountedSplit } from '../summary/summary.js';
import type { LentMemories } from './lent_memories.js';
import { unwrap } from './read_failure.js';
import type { SplitResult, SplitWants } from './split_task.js';
import { WorkAhead } from './work_ahead.js';

/** How splits are read. */
export interface SplitReadingOptions {
  /** What is wanted of each. */
  readonly wants: SplitWants;
  readonly sizes: SplitSizes;
  /** Where the rows of a split are written, where they are wanted: they must be taken in the order of the splits. */
  readonly buffers?: LentMemories | undefined;
  /** Ends reading in this thread. */
  readonly signal: AbortSignal | undefined;
}

/** A split whose rows were decided and counted where they were read, and perhaps written. */
export interface DecidedSplit extends CountedSplit {
  readonly written?: LentParts;
}

/** A chunk in lent memory. */
export interface LentChunk extends RequestChunk {
  /** To be called once when it is not needed any more. */
  release(): void;
}

/** A split, and the memory that its chunks are handed out in; without one, they are moved. */
interface LentSplit {
  readonly split: Split;
  readonly chunkMemory: number | undefined;
}

/**
 * Reads a table by splits, over workers: its chunks, or what was counted of them, in the order of the table. Throws a
 * BatchFileError, a RequestTableError, a PoolError, or the signal's reason.
 */
export async function* readSplits(
  table: SplittableTable,
  batchWorkers: Pick<BatchWorkers, 'workers' | 'chunkMemories' | 'readSplit' | 'close'>,
  { wants, sizes, buffers, signal }: SplitReadingOptions,
): AsyncGenerator<LentChunk | RequestChunk | DecidedSplit> {
  const { file } = table.data;
  const { workers, chunkMemories } = batchWorkers;
  const read = async (split: Split, lent: LentToSplit): Promise<SplitResult> =>
    unwrap(file, await batchWorkers.readSplit(split, wants, lent));
  const splits = function* (): Generator<LentSplit> {
    for (const split of table.splits(sizes)) yield { split, chunkMemory: chunkMemories?.take() };
  };
  const ahead = new WorkAhead(splits(), {
    workers,
    buffers,
    begin: ({ split, chunkMemory }, buffer) => read(split, { buffer, chunkMemory }),
  });
  let isDone = false;
  try {
    for (let next = await ahead.first(); next; next = await ahead.first()) {
      const { buffer, result } = next;
      const { split, chunkMemory } = next.work;
      let found = await result;
      let accepted = table.accept(split, found.end);
      if (accepted.kind === 'again') {
        found = await read(accepted.split, { buffer, chunkMemory });
        accepted = table.accept(accepted.split, found.end);
      }
      if (accepted.kind === 'endless') {
        yield* table.rest?.(signal) ?? [];
        break;
      }
      ahead.shift();
      const release = (): void => {
        if (chunkMemory !== undefined) chunkMemories?.release(chunkMemory);
      };
      if (accepted.kind !== 'taken') {
        release();
        continue;
      }
      const { rowsBefore, linesBefore } = accepted;
      if (found.counts) {
        const { counts, parts } = found;
        yield { counts, rowsBefore, linesBefore, ...(buffer === undefined ? {} : { written: { parts, buffer } }) };
      }
      const releaseOne = releaseAfter(found.chunks.length, release);
      for (const chunk of found.chunks) yield { ...shifted(chunk, rowsBefore, linesBefore), release: releaseOne };
    }
    isDone = true;
  } catch (error) {
    throw signal?.aborted ? new AbortError(signal.reason) : readError(file, error);
  } finally {
    // After a failure, splits that are still being read are not wanted, and may take long.
    if (!isDone) await batchWorkers.close();
    // A file that is closed must not be read any more.
    await ahead.settle();
  }
}

/** Calls `release` with the last of this many calls; at once where there are to be none. */
function releaseAfter(calls: number, release: () => void): () => void {
  let left = calls;
  if (left === 0) release();
  return () => {
    left -= 1;
    if (left === 0) release();
  };
}

/** A chunk that this many rows and lines come before. */
function shifted(chunk: RequestChunk, rowsBefore: number, linesBefore: number): RequestChunk {
  const { lines, firstRow } = chunk;
  if (lines && linesBefore > 0) {
    for (let row = 0; row < lines.length; row++) lines[row] = (lines[row] as number) + linesBefore;
  }
  return { ...chunk, firstRow: firstRow + rowsBefore };
}
