import { setImmediate } from 'node:timers/promises';
import { createEvaluator } from '../engine/evaluator.js';
import { decodeVerdict } from '../kernel/verdict.js';
import type { World } from '../kernel/world.js';
import { makeSharedColumns } from '../pool/shared_columns.js';
import { SlotWorkspaces } from '../pool/slot_workspaces.js';
import { runWithRetry } from '../workers/retry.js';
import { WorkerPool } from '../workers/worker_pool.js';
import { generateRequests } from '../workload/generate_requests.js';
import type { LoadTask, LoadWorkerData, WindowPart } from './load_task.js';
import { checksumOf, createTimeHistogram, type Quantiles, quantilesOf, type Spread, spreadOf } from './statistics.js';

/** Throughput is measured in windows of so many milliseconds, or of the whole time where that is less. */
const WINDOW_MS = 1000;
/** Before that, all threads work as long as this, so that their code is compiled and their caches are full. */
const WARMUP_MS = 300;

export interface LoadOptions {
  readonly world: World;
  /** What makes the requests repeatable. */
  readonly seed: number;
  /** Different requests, at least `batchRows`. They are asked again and again. */
  readonly rows: number;
  /** Rows of a batch, at least 1. */
  readonly batchRows: number;
  readonly workers: number;
  /** How long to measure. */
  readonly forMs: number;
  /** Ends the measurement with what is known by then. */
  readonly signal?: AbortSignal;
  /** Called after each window with what was measured so far. */
  onProgress?(measuredMs: number): void;
}

export interface LoadResult {
  /** Checks a second of all workers together, by window. */
  readonly throughput: Spread;
  readonly windows: number;
  readonly checks: number;
  readonly batches: number;
  /** How long a batch took the worker that decided it. */
  readonly latency: Quantiles;
  /** Of the requests, each counted once. */
  readonly allowedShare: number;
  /** Of how many requests got which verdict: the same for the same scenario, seed and rows. */
  readonly checksum: string;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/**
 * Has workers decide drawn requests for a while, each batch after batch as fast as it can. Rejects with the signal's
 * reason where it is given before anything was measured, a RangeError for a world without tasks, and a PoolError.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { world, workers, signal } = options;
  const startedAt = performance.now();
  const columns = await draw(options);
  const { memory } = createEvaluator(world).share();
  const workerData: LoadWorkerData = { memory, columns };
  const places = new SlotWorkspaces([memory], workers);
  const workerPool = new WorkerPool({ workers, file: new URL('./load_worker.js', import.meta.url), workerData });
  const ended = new Int32Array(new SharedArrayBuffer(4));
  const end = (): void => {
    Atomics.store(ended, 0, 1);
  };
  signal?.addEventListener('abort', end, { once: true });
  try {
    signal?.throwIfAborted();
    const measured = await new Load(options, workerPool, places, ended).measure();
    return { ...measured, elapsedMs: performance.now() - startedAt };
  } finally {
    signal?.removeEventListener('abort', end);
    await workerPool.close();
  }
}

/** The requests, where all threads can read them. */
async function draw({ world, seed, rows, signal }: LoadOptions): Promise<LoadWorkerData['columns']> {
  const shared = makeSharedColumns(rows);
  for (const { columns, firstRow } of generateRequests(world, seed, rows)) {
    for (const name of Object.keys(shared) as (keyof typeof shared)[]) shared[name].set(columns[name], firstRow);
    // Signals get their turn.
    await setImmediate();
    signal?.throwIfAborted();
  }
  return shared;
}

/** A load with its workers. */
class Load {
  readonly #options: LoadOptions;
  readonly #workerPool: WorkerPool;
  readonly #places: SlotWorkspaces;
  /** 1 tells the workers to end their window. */
  readonly #ended: Int32Array;

  constructor(options: LoadOptions, workerPool: WorkerPool, places: SlotWorkspaces, ended: Int32Array) {
    this.#options = options;
    this.#workerPool = workerPool;
    this.#places = places;
    this.#ended = ended;
  }

  async measure(): Promise<Omit<LoadResult, 'elapsedMs'>> {
    const { rows, forMs, signal, onProgress } = this.#options;
    const verdicts = await this.#count();
    await this.#window(Math.min(WARMUP_MS, forMs));
    const windows: WindowPart[][] = [];
    const count = Math.max(1, Math.round(forMs / WINDOW_MS));
    for (let i = 0; i < count && !signal?.aborted; i++) {
      const window = await this.#window(forMs / count);
      // One that was cut short says less than the others; it is better than none.
      if (!signal?.aborted || windows.length === 0) windows.push(window);
      onProgress?.(((i + 1) * forMs) / count);
    }
    const parts = windows.flat();
    const times = createTimeHistogram();
    for (const part of parts) times.add(part.times);
    const batches = times.count;
    if (batches === 0) signal?.throwIfAborted();
    return {
      throughput: spreadOf(windows.map(perSecond)),
      windows: windows.length,
      checks: parts.reduce((sum, { checks }) => sum + checks, 0),
      batches,
      latency: quantilesOf(times),
      allowedShare: verdicts.reduce((sum, n, byte) => sum + (decodeVerdict(byte).allowed ? n : 0), 0) / rows,
      checksum: checksumOf(verdicts),
      interrupted: signal?.aborted ?? false,
    };
  }

  /** Each request once, by verdict byte. */
  async #count(): Promise<Float64Array> {
    const parts = await this.#all<Float64Array>((i, place) => {
      const [start, stop] = [this.#firstRow(i), this.#firstRow(i + 1)];
      return { kind: 'count', start, stop, place };
    });
    this.#options.signal?.throwIfAborted();
    return parts.reduce((sums, counts) => sums.map((sum, byte) => sum + (counts[byte] as number)));
  }

  #window(forMs: number): Promise<WindowPart[]> {
    const { batchRows } = this.#options;
    return this.#all((i, place) => ({
      kind: 'load',
      start: this.#firstRow(i),
      batchRows,
      forMs,
      ended: this.#ended,
      place,
    }));
  }

  /** Gives every worker a task at the same time. */
  #all<Result>(make: (worker: number, place: number) => LoadTask): Promise<Result[]> {
    return Promise.all(
      Array.from({ length: this.#options.workers }, (_, i) =>
        runWithRetry<Result>(this.#workerPool, 'under load', (slot) => make(i, this.#places.of(slot)[0] as number)),
      ),
    );
  }

  /** Where a worker begins, so that they do not all ask the same. */
  #firstRow(worker: number): number {
    return Math.floor((worker * this.#options.rows) / this.#options.workers);
  }
}

/** What all workers did in a window, in checks a second. */
function perSecond(parts: readonly WindowPart[]): number {
  return parts.reduce((sum, { checks, elapsedMs }) => sum + (elapsedMs > 0 ? (1000 * checks) / elapsedMs : 0), 0);
}
