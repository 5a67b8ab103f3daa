import { checkColumnMemory, checkColumns } from '../engine/check_columns.js';
import type { Columns } from '../engine/columns.js';
import type { Evaluator } from '../engine/evaluator.js';
import { addressesOf } from '../engine/resident_columns.js';
import { shareEvaluator } from '../engine/share.js';
import { ColumnLengthError } from '../errors.js';
import { requireObject, requireSignal, requireWhole } from '../kernel/arguments.js';
import { defaultThreads } from '../workers/default_threads.js';
import { closedError } from '../workers/errors.js';
import { WorkerPool } from '../workers/worker_pool.js';
import { MAX_WORKERS } from './limits.js';
import type { PoolWorkerData, Rows } from './shard_task.js';
import { ShardedBatch } from './sharded_batch.js';
import { sliceColumns } from './shared_columns.js';
import { SlotWorkspaces } from './slot_workspaces.js';
import { isAllShared, STAGING_ROWS, StagingBuffers } from './staging_buffers.js';

/** Batches up to this many rows are decided in the calling thread: at most two milliseconds, less than workers would save. */
const INLINE_ROWS = 131_072;
/** Staging buffers that one batch uses at a time: one is filled while the other is decided. */
const BUFFERS_PER_BATCH = 2;

export interface PoolOptions {
  /** Threads, from 1 to MAX_WORKERS; by default one for each core this process may use. */
  readonly workers?: number;
  /** For tests: another program for the workers. */
  readonly file?: URL;
}

export interface PoolBatchOptions {
  /** Ends the batch: it rejects with the signal's reason once the running shards are done, one or two milliseconds later. */
  readonly signal?: AbortSignal | undefined;
}

/** Worker threads that decide large batches in an evaluator's memory. */
export interface Pool {
  readonly workers: number;
  /**
   * The verdict bytes of a batch, written to `out` from 0 on: the same ones in the same order whatever the number of
   * workers. Columns and `out` in the evaluator's memory (its createColumns(), createVerdicts()) or in shared memory of their own
   * (createSharedColumns(), createSharedVerdicts()) are used where they are,
   * others are copied on the way; none of them may be written to before the promise settles, after which no worker
   * touches them. Several batches may run at the same time. A batch of up to 131,072 rows is decided immediately, in the
   * calling thread.
   *
   * Rejects with what Evaluator.decideBatch() throws (columns that do not fit, `out` over a column, an evaluator disposed of), with the signal's
   * reason, or with a PoolError: the pool was closed, three workers crashed on the same rows, or workers crash as they start.
   * The contents of `out` are then unspecified.
   */
  decideBatch(columns: Columns, out: Uint8Array, options?: PoolBatchOptions): Promise<void>;
  /** Ends the workers; running batches reject with a PoolError. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts workers over an evaluator's memory. Changes that the evaluator's owner makes to the world are seen at once, by
 * running batches too. An idle pool does not keep the process alive; call close() to free its threads and workspaces.
 * Throws an InvalidArgumentError for an impossible number of workers, and an AttachmentLimitError where the memory has too few workspaces.
 */
export function createEvaluatorPool(evaluator: Evaluator, options: PoolOptions = {}): Pool {
  return new WorkerEvaluatorPool(evaluator, options);
}

class WorkerEvaluatorPool implements Pool {
  readonly workers: number;
  readonly #evaluator: Evaluator;
  readonly #memory: WebAssembly.Memory;
  readonly #workspaces: SlotWorkspaces;
  readonly #workerPool: WorkerPool;
  readonly #stagingBuffers = new StagingBuffers();
  #closing: Promise<void> | undefined;

  constructor(evaluator: Evaluator, options: PoolOptions) {
    requireObject('evaluator', evaluator, 'an evaluator');
    requireObject('options', options);
    const { workers = defaultThreads(MAX_WORKERS), file } = options;
    requireWhole('workers', workers, 1, MAX_WORKERS);
    this.workers = workers;
    this.#evaluator = evaluator;
    const { memory } = shareEvaluator(evaluator);
    this.#memory = memory;
    this.#workspaces = new SlotWorkspaces([memory], workers);
    const workerData: PoolWorkerData = { memory };
    this.#workerPool = new WorkerPool({
      workers,
      file: file ?? new URL('../pool/worker.js', import.meta.url),
      workerData,
    });
  }

  /** For tests: the present worker threads. */
  get threads(): WorkerPool['threads'] {
    return this.#workerPool.threads;
  }

  async decideBatch(columns: Columns, out: Uint8Array, options: PoolBatchOptions = {}): Promise<void> {
    requireObject('options', options);
    const { signal } = options;
    requireSignal('options.signal', signal);
    if (this.#closing) throw closedError();
    // Throws where the evaluator was disposed of: the memory lives as long as the pool, but its tables are out of date.
    shareEvaluator(this.#evaluator);
    signal?.throwIfAborted();
    const count = checkColumns(columns, out);
    if (count <= INLINE_ROWS) {
      this.#evaluator.decideBatch(columns, out);
      return;
    }
    // Programs are read from columns alone.
    const addresses = columns.program ? undefined : addressesOf(this.#memory, columns, out);
    if (addresses) {
      await this.#decide({ count, addresses }, signal);
      return;
    }
    checkColumnMemory(columns, out);
    // Views of exactly these rows: a view that tracks the length of its buffer may grow meanwhile.
    if (isAllShared(columns, out)) {
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
    return new ShardedBatch(this.#workerPool, this.#workspaces, rows).run(signal);
  }

  /** Decides the batch part by part through staging buffers; a part that fails ends the others. */
  async #decideStaged(columns: Columns, out: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const failure = new AbortController();
    const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
    const count = out.length;
    let next = 0;
    const passParts = async (): Promise<void> => {
      const stagingBuffer = this.#stagingBuffers.acquire();
      try {
        while (next < count) {
          const start = next;
          next = Math.min(start + STAGING_ROWS, count);
          const part = out.subarray(start, next);
          const given = sliceColumns(columns, start, next);
          // A buffer that was transferred or shrunk meanwhile leaves a shorter part.
          if (part.length < next - start) throw new ColumnLengthError('out', start + part.length, count);
          checkColumns(given, part);
          const verdicts = stagingBuffer.verdicts(part);
          const staged = stagingBuffer.columns(given);
          await this.#decide({ count: part.length, columns: staged, out: verdicts }, either);
          if (verdicts === part) continue;
          if (part.length < verdicts.length) throw new ColumnLengthError('out', start + part.length, count);
          part.set(verdicts);
        }
      } catch (error) {
        failure.abort(error);
        throw error;
      } finally {
        // No worker writes to the buffer any more, however the part ended.
        if (!this.#closing) this.#stagingBuffers.release(stagingBuffer);
      }
    };
    const lanes = Math.min(BUFFERS_PER_BATCH, Math.ceil(count / STAGING_ROWS));
    const ends = await Promise.allSettled(Array.from({ length: lanes }, passParts));
    // The first error is the cause; the other part failed because of it.
    if (ends.some(({ status }) => status === 'rejected')) throw failure.signal.reason;
  }

  async #close(): Promise<void> {
    await this.#workerPool.close();
    this.#stagingBuffers.clear();
    this.#workspaces.release();
  }
}
