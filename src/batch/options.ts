import type { Readable, Writable } from 'node:stream';
import type { Evaluator } from '../engine/evaluator.js';
import type { World } from '../kernel/world.js';
import type { BatchSink } from './output/sink.js';
import type { Progress } from './progress.js';
import type { BatchSource } from './source.js';
import type { Grouping } from './summary/group_by.js';

/** What a batch is made of. */
export interface BatchOptions {
  readonly world: World;
  /** Made from that world. */
  readonly evaluator: Evaluator;
  readonly source: BatchSource;
  readonly sink: BatchSink;
  /** Called about ten times a second, and at the end. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the batch; no output file appears then. */
  readonly signal?: AbortSignal | undefined;
  /** Stops at the first bad row; no output file appears then. */
  readonly strict?: boolean;
  /** Others to ask the same: their worlds must have the same tasks and tokens. */
  readonly compare?: readonly Evaluator[];
  /**
   * Threads that may work beside this one, which reads and writes; 1, the default, leaves everything to this one. Only
   * what takes long is given to them, and what comes out does not depend on their number.
   */
  readonly workers?: number;
  /** Bytes of a text table that a worker takes at a time; of eight times as many on, workers read. 2 MiB by default. */
  readonly partBytes?: number;
  /** Counts rows by what the output says in these columns. */
  readonly grouping?: Grouping | undefined;
  /** Where these counts go as CSV, whatever the format says. */
  readonly groupsSink?: BatchSink | undefined;
  /** In place of standard input and output. */
  readonly stdin?: Readable;
  readonly stdout?: Writable;
}
