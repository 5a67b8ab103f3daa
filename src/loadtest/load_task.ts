import type { RecordableHistogram } from 'node:perf_hooks';
import type { FullColumns } from '../engine/columns.js';

/** The data that a worker of a load test starts with. */
export interface LoadWorkerData {
  /** The evaluator's memory. */
  readonly memory: WebAssembly.Memory;
  /** The requests, in shared memory. */
  readonly columns: FullColumns;
}

/** A task of a worker, with the workspace to decide with. */
export type LoadTask = { readonly workspace: number } & (
  | {
      /** Decides the rows from `start` to before `stop` once and counts them by verdict byte: 256 counts. */
      readonly kind: 'count';
      readonly start: number;
      readonly stop: number;
    }
  | {
      /** Decides batches in turn, from `start` on and again from 0, for `forMs` or until `ended` is not 0. */
      readonly kind: 'load';
      readonly start: number;
      readonly batchRows: number;
      readonly forMs: number;
      readonly ended: Int32Array;
    }
);

/** The work of a worker in one window of time. */
export interface WindowPart {
  readonly checks: number;
  readonly elapsedMs: number;
  /** How long each batch took: from createTimeHistogram(). */
  readonly times: RecordableHistogram;
}
