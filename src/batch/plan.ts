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
  /** Workers read splits of the table; their chunks are decided and written by workers, or decided here. */
  | {
      readonly kind: 'read_splits';
      readonly workers: number;
      readonly splitBytes: number;
      readonly decide: 'in_workers' | 'here';
    }
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
  // Rows in columns that are to be written would have to come from the workers whole: reading them here is less work.
  if (table && isLarge && !table.isColumnar) {
    return { kind: 'read_splits', workers, splitBytes, decide: output === 'text' ? 'in_workers' : 'here' };
  }
  if (output !== 'text') return here;
  return { kind: 'render_in_workers', workers, fromChunk: isLarge ? 0 : MIN_CHUNKS };
}

function countedSplitBytes(bytes: number, workers: number, splitBytes: number): number {
  const even = Math.ceil(bytes / (COUNTED_SPLITS * workers));
  return Math.min(Math.max(even, splitBytes), MAX_SPLIT_GROWTH * splitBytes);
}
