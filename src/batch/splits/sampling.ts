import type { BatchWorkers } from '../batch_workers.js';
import type { LentParts } from '../output/part_output.js';
import type { Counts } from '../summary/summary.js';
import type { LentMemories } from './lent_memories.js';
import { WorkAhead } from './work_ahead.js';

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
  const parts = function* (): Generator<{ readonly from: number; readonly to: number }> {
    for (let from = 0; from < rows; from += partRows) yield { from, to: Math.min(from + partRows, rows) };
  };
  const ahead = new WorkAhead(parts(), {
    workers: batchWorkers.workers,
    buffers,
    begin: ({ from, to }, buffer) => batchWorkers.sample(seed, from, to, buffer),
  });
  for (let next = await ahead.first(); next; next = await ahead.first()) {
    const { from, to } = next.work;
    const { counts, parts: made } = await next.result;
    ahead.shift();
    yield { rows: to - from, counts, written: { parts: made, buffer: next.buffer as number } };
  }
}
