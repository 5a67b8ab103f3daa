import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { closedError, PoolError, WorkerCrashedError, wordsOf } from './errors.js';
import type { TaskOutcome } from './task_handler.js';

/** Deaths without any answer in between, beyond a few for each worker, after which a crew is given up. */
const MAX_ATTEMPTS = 8;
const MAX_CRASHES_PER_WORKER = 4;

/** Who works, and on what. */
export interface WorkerPoolOptions {
  /** How many threads. */
  readonly workers: number;
  /** The worker file: its default export is what taskHandler() makes. */
  readonly file: URL;
  /** What every worker gets as it starts. */
  readonly workerData?: unknown;
}

/** A task that waits for a worker. */
interface Waiting {
  readonly make: (slot: number) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  /** No longer listens to its signal. */
  readonly forget: () => void;
}

/**
 * Worker threads that are replaced when they die. A task has one of as many slots as there are workers while it runs,
 * so that what must not be used by two tasks at a time can be theirs by number: whoever dies, the slot is free again.
 */
export class WorkerPool {
  readonly workers: number;
  readonly #piscina: Piscina;
  readonly #slots: number[];
  readonly #queue = new Set<Waiting>();
  #running = 0;
  #workerCrashes = 0;
  #lastError: unknown;
  /** Why nothing is done any more. */
  #end: PoolError | undefined;
  /** Settled once no thread is left. */
  #gone: Promise<void> | undefined;

  constructor({ workers, file, workerData }: WorkerPoolOptions) {
    this.workers = workers;
    this.#slots = Array.from({ length: workers }, (_, slot) => slot);
    this.#piscina = new Piscina({
      filename: fileURLToPath(file),
      minThreads: workers,
      maxThreads: workers,
      workerData,
      recordTiming: false,
    });
    // An idle worker's error concerns nobody yet; it is told where work cannot be done because of it.
    this.#piscina.on('error', (error: unknown) => {
      this.#lastError = error;
    });
    this.#piscina.on('workerDestroy', () => this.#onDeath());
  }

  /** The threads there are now. */
  get threads(): readonly Worker[] {
    return this.#piscina.threads;
  }

  /**
   * Gives a task to the next free worker; `make` is called with its slot then. The signal takes it back while it waits
   * (rejecting with its reason); once it runs, it runs to its end.
   * Rejects with what the worker's handler threw, a WorkerCrashedError, or a PoolError once the crew is gone. When it settles,
   * the worker no longer does anything of the task's.
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

  /** Ends all threads; what waits or runs is rejected with a PoolError. */
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
      const outcome: TaskOutcome<never> = await this.#piscina.run(make(slot));
      this.#workerCrashes = 0;
      if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.result);
    } catch (error) {
      // Whatever ended the crew ended the task too; only when its thread is gone does nobody touch its data any more.
      await this.#gone;
      reject(this.#end ?? new WorkerCrashedError(error));
    } finally {
      this.#running -= 1;
      this.#slots.push(slot);
      this.#next();
    }
  }

  /** Piscina replaces a worker that dies at work, but not one that dies as it starts: a task may wait for nobody. */
  #onDeath(): void {
    if (this.#end) return;
    this.#workerCrashes += 1;
    setImmediate(() => {
      if (this.#end || this.#running === 0 || this.#piscina.threads.length > 0) return;
      if (this.#workerCrashes > MAX_ATTEMPTS + MAX_CRASHES_PER_WORKER * this.workers) {
        const why = this.#lastError === undefined ? '' : `: ${wordsOf(this.#lastError)}`;
        void this.#finish(new PoolError('NO_WORKERS', `workers die as they start${why}`, this.#lastError));
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
