/** What decides how a batch is executed. */
export interface PlanFacts {
  /** Threads that may work beside the main one; up to 1 means none. */
  readonly workers: number;
  /** Rows to sample, of a source that is sampled. */
  readonly sampledRows?: number | undefined;
  /**
   * Of a table: whether any thread can read it in splits, whether its rows are in columns, its bytes where they are known, and the most
   * rows of a part that is not cut, where it has such parts.
   */
  readonly table?: {
    readonly isSplittable: boolean;
    readonly isColumnar: boolean;
    readonly bytes: number | undefined;
    readonly uncutRows?: number | undefined;
  };
  /** Whether rows are written. */
  readonly isWritten: boolean;
  /** Bytes of a text table that a worker takes at a time. */
  readonly splitBytes: number;
  /** Rows that differ are written one by one: the verdicts of every chunk are needed in this thread. */
  readonly listsDifferences?: boolean;
}

/** How a batch is executed. */
export type BatchPlan =
  /** Workers sample the requests, decide and count them, and write their rows where they are wanted; this thread puts them in order. */
  | { readonly kind: 'sample_in_workers'; readonly workers: number }
  /** Workers read splits of the table, decide and count their rows. */
  | { readonly kind: 'count_splits'; readonly workers: number; readonly splitBytes: number }
  /** Workers read splits of the table; then workers decide their chunks and write their verdict rows. */
  | { readonly kind: 'read_splits'; readonly workers: number; readonly splitBytes: number }
  /** Workers read splits of the table, decide and count their rows, and write their verdict rows; this thread puts them in order. */
  | { readonly kind: 'write_splits'; readonly workers: number; readonly splitBytes: number }
  /** This thread reads chunks; from the chunk of a number on, workers decide and write them: before, threads are not worth it. */
  | { readonly kind: 'decide_in_workers'; readonly workers: number; readonly fromChunk: number }
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
/** Splits of a large text table for each worker. */
const SPLITS_PER_WORKER = 32;
/**
 * How much larger than others they may be. Where rows are only counted: the counts of a split have a number for every task and
 * outcome, which takes as long to pass on as thousands of rows. Where rows are written, splits are held in memory.
 */
const COUNTED_GROWTH = 8;
const WRITTEN_GROWTH = 2;

/** Whether starting threads to sample these rows is worth it. */
export function isSampledInWorkers(rows: number, workers: number): boolean {
  return workers > 1 && rows >= MIN_SAMPLED;
}

/** Most rows of a part that is not cut, for its rows to be written where they are read: they are held as a whole. */
const MAX_WRITTEN_ROWS = 1 << 18;

/** The one place where it is decided how a batch is executed. What comes out does not depend on it. */
export function planBatch({
  workers,
  sampledRows,
  table,
  isWritten,
  splitBytes,
  listsDifferences,
}: PlanFacts): BatchPlan {
  if (listsDifferences) return { kind: 'chunks' };
  const here: BatchPlan = !isWritten && table?.isColumnar === true ? { kind: 'count_in_place' } : { kind: 'chunks' };
  if (workers <= 1) return here;
  if (sampledRows !== undefined) {
    return isSampledInWorkers(sampledRows, workers) ? { kind: 'sample_in_workers', workers } : here;
  }
  const isLarge = table?.isSplittable === true && (table.bytes ?? 0) >= MIN_SPLITS * splitBytes;
  if (table && isLarge) {
    const grown = (most: number): number => splitBytesOf(table.bytes ?? 0, workers, splitBytes, most);
    if (!isWritten) return { kind: 'count_splits', workers, splitBytes: grown(COUNTED_GROWTH) };
    // Rows have numbers, which in a text table are known when the splits before them are read.
    const isKept = (table.uncutRows ?? 0) > MAX_WRITTEN_ROWS;
    const kind = table.isColumnar && !isKept ? 'write_splits' : 'read_splits';
    return { kind, workers, splitBytes: grown(WRITTEN_GROWTH) };
  }
  if (!isWritten) return here;
  return { kind: 'decide_in_workers', workers, fromChunk: MIN_CHUNKS };
}

/** Bytes of a split: as many as make splits even, from `least` to `growth` times that. */
function splitBytesOf(bytes: number, workers: number, least: number, growth: number): number {
  const even = Math.ceil(bytes / (SPLITS_PER_WORKER * workers));
  return Math.min(Math.max(even, least), growth * least);
}
