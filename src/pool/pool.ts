import { availableParallelism } from 'node:os';
import { checkColumnMemory, checkColumns } from '../engine/check_columns.js';
import type { Columns } from '../engine/columns.js';
import type { Evaluator } from '../engine/evaluator.js';
import { addressesOf } from '../engine/resident.js';
import { ColumnLengthError } from '../errors.js';
import { demandObject, demandSignal, demandWhole, invalidArgument } from '../kernel/arguments.js';
import { BatchRun } from './batch_run.js';
import { Crew } from './crew.js';
import type { PoolWorkerData, Rows } from './decide_shards.js';
import { closedError } from './errors.js';
import { MAX_WORKERS } from './limits.js';
import { sliceColumns } from './shared_columns.js';
import { SlotPlaces } from './slot_places.js';
import { needsNoStage, STAGE_ROWS, Stages } from './stages.js';

/** Batches up to so many rows are decided by who asks: two milliseconds at most, less than workers would save. */
const INLINE_ROWS = 131_072;
/** Stages that one batch uses at a time: one is filled while the other is decided. */
const STAGES_PER_BATCH = 2;

export interface PoolOptions {
  /** Threads, from 1 to MAX_WORKERS; by default one for each core this process may use. */
  readonly workers?: number;
  /** For tests: another program for the workers. */
  readonly file?: URL;
}

export interface PoolBatchOptions {
  /** Ends the batch: it rejects with the signal's reason once the shards that run are done, a millisecond or two later. */
  readonly signal?: AbortSignal | undefined;
}

/** Worker threads that decide large batches in an evaluator's memory. */
export interface Pool {
  readonly workers: number;
  /**
   * The verdict bytes of a batch, written to `out` from 0 on: the same ones in the same order whatever the number of
   * workers. Columns and `out` in the evaluator's memory (its makeColumns(), makeVerdicts()) or in shared memory of their own
   * (makeSharedColumns(), makeSharedVerdicts()) are used where they are,
   * others are copied on the way; none of them may be written to before the promise settles, after which no worker
   * touches them. Several batches may be under way at once. A batch of up to 131,072 rows is decided at once, in the
   * thread that asks.
   *
   * Rejects with what Evaluator.checkBatch() throws (columns that do not fit, `out` over a column, an evaluator disposed of), with the signal's
   * reason, or with a PoolError: the pool was closed, three workers died of the same rows, or workers die as they start.
   * The contents of `out` are then unspecified.
   */
  checkBatch(columns: Columns, out: Uint8Array, options?: PoolBatchOptions): Promise<void>;
  /** Ends the workers; batches under way reject with a PoolError. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts workers over an evaluator's memory. Changes that the evaluator's owner makes to the world are seen at once, by
 * batches under way too. A pool that is idle does not keep the process alive; close() it to free its threads and places.
 * Throws an InvalidArgumentError for an impossible number of workers, and a PlacesTakenError where the memory has no room for them.
 */
export function createPool(evaluator: Evaluator, options: PoolOptions = {}): Pool {
  return new CrewPool(evaluator, options);
}

/** How many workers a pool has unless told otherwise. */
export function defaultWorkers(): number {
  return Math.min(availableParallelism(), MAX_WORKERS);
}

class CrewPool implements Pool {
  readonly workers: number;
  readonly #evaluator: Evaluator;
  readonly #memory: WebAssembly.Memory;
  readonly #places: SlotPlaces;
  readonly #crew: Crew;
  readonly #stages = new Stages();
  #closing: Promise<void> | undefined;

  constructor(evaluator: Evaluator, options: PoolOptions) {
    demandObject('evaluator', evaluator, 'an evaluator');
    if (typeof evaluator.share !== 'function')
      throw invalidArgument('evaluator', evaluator, 'an evaluator (not an attachment)');
    demandObject('options', options);
    const { workers = defaultWorkers(), file } = options;
    demandWhole('workers', workers, 1, MAX_WORKERS);
    this.workers = workers;
    this.#evaluator = evaluator;
    const { memory } = evaluator.share();
    this.#memory = memory;
    this.#places = new SlotPlaces([memory], workers);
    const workerData: PoolWorkerData = { memory };
    this.#crew = new Crew({ workers, file: file ?? new URL('./worker.js', import.meta.url), workerData });
  }

  /** For tests: the worker threads there are now. */
  get threads(): Crew['threads'] {
    return this.#crew.threads;
  }

  async checkBatch(columns: Columns, out: Uint8Array, options: PoolBatchOptions = {}): Promise<void> {
    demandObject('options', options);
    const { signal } = options;
    demandSignal('options.signal', signal);
    if (this.#closing) throw closedError();
    // Throws where the evaluator was disposed of: the memory lives as long as the pool, but what it says is nobody's.
    this.#evaluator.share();
    signal?.throwIfAborted();
    const count = checkColumns(columns, out);
    if (count <= INLINE_ROWS) {
      this.#evaluator.checkBatch(columns, out);
      return;
    }
    const addresses = addressesOf(this.#memory, columns, out);
    if (addresses) {
      await this.#decide({ count, addresses }, signal);
      return;
    }
    checkColumnMemory(columns, out);
    // Views of exactly these rows: one that tracks the length of its buffer may become longer meanwhile.
    if (needsNoStage(columns, out)) {
      await this.#decide({ count, columns: sliceColumns(columns, 0, count), out: out.subarray(0, count) }, signal);
    } else {
      await this.#decideStaged(columns, out, signal);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #decide(rows: Rows, signal: AbortSignal | undefined): Promise<void> {
    return new BatchRun(this.#crew, this.#places, rows).run(signal);
  }

  /** Part after part of the batch through shared memory; a part that fails ends the others. */
  async #decideStaged(columns: Columns, out: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const failure = new AbortController();
    const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
    const count = out.length;
    let next = 0;
    const passParts = async (): Promise<void> => {
      const stage = this.#stages.take();
      try {
        while (next < count) {
          const start = next;
          next = Math.min(start + STAGE_ROWS, count);
          const part = out.subarray(start, next);
          const given = sliceColumns(columns, start, next);
          // A buffer that was transferred or made shorter meanwhile leaves less of a part.
          if (part.length < next - start) throw new ColumnLengthError('out', start + part.length, count);
          checkColumns(given, part);
          const verdicts = stage.verdicts(part);
          const staged = stage.columns(given);
          await this.#decide({ count: part.length, columns: staged, out: verdicts }, either);
          if (verdicts === part) continue;
          if (part.length < verdicts.length) throw new ColumnLengthError('out', start + part.length, count);
          part.set(verdicts);
        }
      } catch (error) {
        failure.abort(error);
        throw error;
      } finally {
        // Nobody writes to it any more, however the part ended.
        if (!this.#closing) this.#stages.giveBack(stage);
      }
    };
    const lanes = Math.min(STAGES_PER_BATCH, Math.ceil(count / STAGE_ROWS));
    const ends = await Promise.allSettled(Array.from({ length: lanes }, passParts));
    // The first to fail, which is not what ended the other.
    if (ends.some(({ status }) => status === 'rejected')) throw failure.signal.reason;
  }

  async #close(): Promise<void> {
    await this.#crew.close();
    this.#stages.clear();
    this.#places.release();
  }
}
