import type { BatchWorkers } from '../batch_workers.js';
import type { LentParts } from '../output/part_output.js';
import type { Counts } from '../summary/summary.js';
import type { LentMemories } from './lent_memories.js';
import { SPLITS_AHEAD } from './split_reading.js';
import type { SampleResult } from './split_task.js';

/** What is sampled. */
export interface SamplingOptions {
  readonly seed: number;
  readonly rows: number;
  /** Rows that a worker samples at a time, a multiple of BLOCK_ROWS. */
  readonly partRows: number;
  /** Where they are written. */
  readonly buffers: LentMemories;
}

/** Sampled rows as they are written; and what was counted of them, where they were decided. */
export interface SampledPart {
  readonly rows: number;
  readonly counts: Counts | undefined;
  readonly written: LentParts;
}

/** Samples rows over workers, and writes them in buffers, in order. Throws a PoolError, or the signal's reason. */
export async function* sampleParts(
  batchWorkers: Pick<BatchWorkers, 'workers' | 'sample'>,
  { seed, rows, partRows, buffers }: SamplingOptions,
): AsyncGenerator<SampledPart> {
  const ahead: { readonly rows: number; readonly buffer: number; readonly result: Promise<SampleResult> }[] = [];
  let next = 0;
  const sampleAhead = async (): Promise<void> => {
    while (next < rows && ahead.length < SPLITS_AHEAD * batchWorkers.workers) {
      // Without any ahead, one that is being written becomes free.
      const buffer = ahead.length === 0 ? await buffers.wait() : buffers.take();
      if (buffer === undefined) return;
      const to = Math.min(next + partRows, rows);
      const result = batchWorkers.sample(seed, next, to, buffer);
      // Where an earlier part fails, this result is not awaited.
      result.catch(() => undefined);
      ahead.push({ rows: to - next, buffer, result });
      next = to;
    }
  };
  for (await sampleAhead(); ahead[0]; await sampleAhead()) {
    const { rows: sampled, buffer, result } = ahead[0];
    const { counts, parts } = await result;
    ahead.shift();
    yield { rows: sampled, counts, written: { parts, buffer } };
  }
}
