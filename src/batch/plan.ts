/** What decides how a batch is executed. */
export interface PlanFacts {
  /** Threads that may work beside the main one; up to 1 means none. */
  readonly workers: number;
  /** Rows to sample, of a source that is sampled. */
  readonly sampledRows?: number | undefined;
  /** Of a table: whether any thread can read it in splits, whether its rows are in columns, and its bytes where they are known. */
  readonly table?: {
    readonly isSplittable: boolean;
    readonly isColumnar: boolean;
    readonly bytes: number | undefined;
  };
  /** What is written: nothing, rows of text, which threads can render piece by piece, or columns, which one thread writes. */
  readonly output: 'none' | 'text' | 'columns';
  /** Bytes of a text table that a worker takes at a time. */
  readonly splitBytes: number;
  /** Rows that differ are written one by one: the verdicts of every chunk are needed in this thread. */
  readonly listsDifferences?: boolean;
}

/** How a batch is executed. */
export type BatchPlan =
  /** Workers sample the requests, decide and count them. */
  | { readonly kind: 'sample_in_workers'; readonly workers: number }
  /** Workers read splits of the table, decide and count their rows. */
  | { readonly kind: 'count_splits'; readonly workers: number; readonly splitBytes: number }
  /** Workers read splits of the table; then workers decide their chunks and write their verdict rows. */
  | { readonly kind: 'read_splits'; readonly workers: number; readonly splitBytes: number }
  /**
   * Workers read splits of the table, decide and count their rows, and write their verdict rows as text or as cells; this thread
   * puts them in order.
   */
  | { readonly kind: 'write_splits'; readonly workers: number; readonly splitBytes: number }
  /** This thread reads chunks; from the chunk of a number on, workers decide and render them: before, threads are not worth it. */
  | { readonly kind: 'render_in_workers'; readonly workers: number; readonly fromChunk: number }
  /** This thread reads, decides and counts rows in place. */
  | { readonly kind: 'count_in_place' }
  /** This thread does everything, chunk by chunk. */
  | { readonly kind: 'chunks' };

/** From this many sampled rows on, starting threads is worth it. */
const MIN_SAMPLED = 1_000_000;
/** From this many splits on, starting threads is worth it. */
const MIN_SPLITS = 8;
/** After this many chunks of which rows are written, starting threads is worth it. */
const MIN_CHUNKS = 8;
/**
 * Splits of a large text table that is only counted, for each worker, and how much larger than others they may be: the counts of a
 * split have a number for every task and outcome, which takes as long to pass on as thousands of rows.
 */
const COUNTED_SPLITS = 32;
const MAX_SPLIT_GROWTH = 8;

/** The one place where it is decided how a batch is executed. What comes out does not depend on it. */
export function planBatch({ workers, sampledRows, table, output, splitBytes, listsDifferences }: PlanFacts): BatchPlan {
  if (listsDifferences) return { kind: 'chunks' };
  const here: BatchPlan =
    output === 'none' && table?.isColumnar === true ? { kind: 'count_in_place' } : { kind: 'chunks' };
  if (workers <= 1) return here;
  if (sampledRows !== undefined && output === 'none') {
    return sampledRows >= MIN_SAMPLED ? { kind: 'sample_in_workers', workers } : here;
  }
  const isLarge = table?.isSplittable === true && (table.bytes ?? 0) >= MIN_SPLITS * splitBytes;
  if (table && isLarge && output === 'none') {
    return { kind: 'count_splits', workers, splitBytes: countedSplitBytes(table.bytes ?? 0, workers, splitBytes) };
  }
  // Text has the number of each row, which in a text table is known when the splits before it are read.
  if (table && isLarge && (table.isColumnar || output === 'columns')) {
    return { kind: 'write_splits', workers, splitBytes };
  }
  if (table && isLarge) return { kind: 'read_splits', workers, splitBytes };
  if (output !== 'text') return here;
  return { kind: 'render_in_workers', workers, fromChunk: isLarge ? 0 : MIN_CHUNKS };
}

function countedSplitBytes(bytes: number, workers: number, splitBytes: number): number {
  const even = Math.ceil(bytes / (COUNTED_SPLITS * workers));
  return Math.min(Math.max(even, splitBytes), MAX_SPLIT_GROWTH * splitBytes);
}
