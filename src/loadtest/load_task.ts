import type { RecordableHistogram } from 'node:perf_hooks';
import type { FullColumns } from '../engine/columns.js';

/** What a load's worker gets as it starts. */
export interface LoadWorkerData {
  /** The evaluator's. */
  readonly memory: WebAssembly.Memory;
  /** The requests, in shared memory. */
  readonly columns: FullColumns;
}

/** Something to do from a place in the evaluator's memory. */
export type LoadTask = { readonly place: number } & (
  | {
      /** Decide the rows from `start` up to `stop` once, and count them by verdict byte: 256 counts. */
      readonly kind: 'count';
      readonly start: number;
      readonly stop: number;
    }
  | {
      /** Decide batch after batch, from `start` on and round and round, for so long or until `ended` is not 0. */
      readonly kind: 'load';
      readonly start: number;
      readonly batchRows: number;
      readonly forMs: number;
      readonly ended: Int32Array;
    }
);

/** What a worker did in one window of time. */
export interface WindowPart {
  readonly checks: number;
  readonly elapsedMs: number;
  /** How long each batch took: from createTimeHistogram(). */
  readonly times: RecordableHistogram;
}
