import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { closedError, errorMessage, PoolError, WorkerCrashedError } from './errors.js';
import type { TaskOutcome } from './task_handler.js';

/** Crashes without an answer in between, beyond a few for each worker, after which a pool ends. */
const MAX_CRASHES = 8;
const MAX_CRASHES_PER_WORKER = 4;

/** The number of threads, and what they run. */
export interface WorkerPoolOptions {
  /** How many threads. */
  readonly workers: number;
  /** The worker file: its default export is the result of taskHandler(). */
  readonly file: URL;
  /** The data that every worker starts with. */
  readonly workerData?: unknown;
  /** Milliseconds after which a worker that has not answered its task is ended, as if it had crashed; by default none. */
  readonly idleTimeoutMs?: number;
}

/** A task that waits for a worker. */
interface Waiting {
  readonly make: (slot: number) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  /** Removes the listener from its signal. */
  readonly forget: () => void;
}

/**
 * Worker threads that are replaced when they crash. There are as many slots as workers, and a running task has one of them: a
 * resource that two tasks must not use at the same time belongs to a slot. The slot is free again when the worker crashes.
 */
export class WorkerPool {
  readonly workers: number;
  readonly #piscina: Piscina;
  readonly #slots: number[];
  readonly #idleTimeoutMs: number | undefined;
  readonly #queue = new Set<Waiting>();
  #running = 0;
  #workerCrashes = 0;
  #lastError: unknown;
  /** Why the pool has ended. */
  #end: PoolError | undefined;
  /** Settled once no thread is left. */
  #gone: Promise<void> | undefined;

  constructor({ workers, file, workerData, idleTimeoutMs }: WorkerPoolOptions) {
    this.workers = workers;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#slots = Array.from({ length: workers }, (_, slot) => slot);
    this.#piscina = new Piscina({
      filename: fileURLToPath(new URL('../workers/import_file.cjs', import.meta.url)),
      name: 'handler',
      argv: [file.href],
      minThreads: workers,
      maxThreads: workers,
      workerData,
      recordTiming: false,
    });
    // The error of an idle worker is reported only when work cannot be done because of it.
    this.#piscina.on('error', (error: unknown) => {
      this.#lastError = error;
    });
    this.#piscina.on('workerDestroy', () => this.#onCrash());
  }

  /** The present threads. */
  get threads(): readonly Worker[] {
    return this.#piscina.threads;
  }

  /**
   * Runs a task on the next free worker; `make` is then called with its slot. The signal cancels a task that waits (it rejects
   * with the signal's reason); a task that runs is completed.
   * Rejects with what the worker's handler threw, a WorkerCrashedError, or a PoolError once the pool is closed. When it settles,
   * no thread works on the task any more.
   */
  run<Result>(make: (slot: number) => unknown, signal?: AbortSignal): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#end) {
        reject(this.#end);
        return;
      }
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const withdraw = (): void => {
        this.#queue.delete(waiting);
        reject(signal?.reason);
      };
      const waiting: Waiting = { make, resolve, reject, forget: () => signal?.removeEventListener('abort', withdraw) };
      signal?.addEventListener('abort', withdraw, { once: true });
      this.#queue.add(waiting);
      this.#next();
    });
  }

  /** Ends all threads; waiting and running tasks reject with a PoolError. */
  close(): Promise<void> {
    return this.#finish(closedError());
  }

  #next(): void {
    for (const waiting of this.#queue) {
      const slot = this.#slots.pop();
      if (slot === undefined) return;
      this.#queue.delete(waiting);
      waiting.forget();
      void this.#start(waiting, slot);
    }
  }

  async #start({ make, resolve, reject }: Waiting, slot: number): Promise<void> {
    this.#running += 1;
    try {
      const outcome: TaskOutcome<never> = await this.#runTask(make(slot));
      this.#workerCrashes = 0;
      if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.result);
    } catch (error) {
      // The end of the pool ended the task too. The thread may use the task's data until it has ended.
      await this.#gone;
      reject(this.#end ?? new WorkerCrashedError(error));
    } finally {
      this.#running -= 1;
      this.#slots.push(slot);
      this.#next();
    }
  }

  /** Runs a task on a thread. Rejects when the thread ended, or was ended because the task took too long. */
  async #runTask(task: unknown): Promise<TaskOutcome<never>> {
    const timeoutMs = this.#idleTimeoutMs;
    if (timeoutMs === undefined) return this.#piscina.run(task);
    const timeout = new AbortController();
    let ended: readonly Worker[] = [];
    const timer = setTimeout(() => {
      const before = this.threads;
      timeout.abort();
      ended = before.filter((worker) => !this.threads.includes(worker));
    }, timeoutMs);
    try {
      return await this.#piscina.run(task, { signal: timeout.signal });
    } catch (error) {
      if (!timeout.signal.aborted) throw error;
      await Promise.all(ended.map((worker) => worker.terminate()));
      throw new Error(`no answer within ${timeoutMs} ms`);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Piscina replaces a worker that crashes at work, but not one that crashes as it starts: a task would wait forever. */
  #onCrash(): void {
    if (this.#end) return;
    this.#workerCrashes += 1;
    setImmediate(() => {
      if (this.#end || this.#running === 0 || this.#piscina.threads.length > 0) return;
      if (this.#workerCrashes > MAX_CRASHES + MAX_CRASHES_PER_WORKER * this.workers) {
        const why = this.#lastError === undefined ? '' : `: ${errorMessage(this.#lastError)}`;
        void this.#finish(new PoolError('NO_WORKERS', `workers crash as they start${why}`, this.#lastError));
        return;
      }
      this.#piscina.run(null).catch(() => undefined);
    });
  }

  #finish(end: PoolError): Promise<void> {
    if (!this.#gone) {
      this.#end = end;
      for (const { reject, forget } of this.#queue) {
        forget();
        reject(end);
      }
      this.#queue.clear();
      this.#gone = this.#piscina.destroy();
    }
    return this.#gone;
  }
}
