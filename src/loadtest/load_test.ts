import { setImmediate } from 'node:timers/promises';
import { createEvaluator } from '../engine/evaluator.js';
import { shareEvaluator } from '../engine/share.js';
import { decodeVerdict } from '../kernel/verdict.js';
import type { World } from '../kernel/world.js';
import { createSharedColumns } from '../pool/shared_columns.js';
import { SlotWorkspaces } from '../pool/slot_workspaces.js';
import { runWithRetry } from '../workers/retry.js';
import { WorkerPool } from '../workers/worker_pool.js';
import { generateRequests } from '../workload/generate_requests.js';
import type { LoadTask, LoadWorkerData, WindowPart } from './load_task.js';
import { checksumOf, createTimeHistogram, type Quantiles, quantilesOf, type Spread, spreadOf } from './statistics.js';

/** Throughput is measured in windows of about this length, or of the whole time where that is shorter. */
const WINDOW_MS = 1000;
/** All threads first work for this long, so that their code is compiled and their caches are filled. */
const WARMUP_MS = 300;

export interface LoadOptions {
  readonly world: World;
  /** The same seed gives the same requests. */
  readonly seed: number;
  /** Distinct requests, at least `batchRows`. They are decided repeatedly. */
  readonly rows: number;
  /** Rows of a batch, at least 1. */
  readonly batchRows: number;
  readonly workers: number;
  /** Duration of the measurement in milliseconds. */
  readonly forMs: number;
  /** Ends the measurement early; its result covers the time until then. */
  readonly signal?: AbortSignal;
  /** Called after each window with the milliseconds measured so far. */
  onProgress?(measuredMs: number): void;
}

export interface LoadResult {
  /** Checks per second of all workers together, by window. */
  readonly throughput: Spread;
  readonly windows: number;
  readonly checks: number;
  readonly batches: number;
  /** Time per batch in its worker. */
  readonly latency: Quantiles;
  /** Share of the distinct requests that are allowed, 0 to 1. */
  readonly allowedShare: number;
  /** Hash of the counts by verdict: the same for the same scenario, seed and rows. */
  readonly checksum: string;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
}

/**
 * Runs a load test: every worker decides generated requests, batch after batch, as fast as it can. Rejects with the signal's
 * reason if it is aborted before anything was measured, an InvalidArgumentError for a world without tasks, or a PoolError.
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { world, workers, signal } = options;
  const startedAt = performance.now();
  const columns = await drawRequests(options);
  const { memory } = shareEvaluator(createEvaluator(world));
  const workerData: LoadWorkerData = { memory, columns };
  const workspaces = new SlotWorkspaces([memory], workers);
  const workerPool = new WorkerPool({
    workers,
    file: new URL('../loadtest/load_worker.js', import.meta.url),
    workerData,
  });
  const ended = new Int32Array(new SharedArrayBuffer(4));
  const end = (): void => {
    Atomics.store(ended, 0, 1);
  };
  signal?.addEventListener('abort', end, { once: true });
  try {
    signal?.throwIfAborted();
    const measured = await new Load(options, workerPool, workspaces, ended).measure();
    return { ...measured, elapsedMs: performance.now() - startedAt };
  } finally {
    signal?.removeEventListener('abort', end);
    await workerPool.close();
  }
}

/** The requests, in memory that all threads share. */
async function drawRequests({ world, seed, rows, signal }: LoadOptions): Promise<LoadWorkerData['columns']> {
  const shared = createSharedColumns(rows);
  for (const { columns, firstRow } of generateRequests(world, seed, rows)) {
    for (const name of Object.keys(shared) as (keyof typeof shared)[]) shared[name].set(columns[name], firstRow);
    // Lets signals be handled.
    await setImmediate();
    signal?.throwIfAborted();
  }
  return shared;
}

/** A load test with its workers. */
class Load {
  readonly #options: LoadOptions;
  readonly #workerPool: WorkerPool;
  readonly #workspaces: SlotWorkspaces;
  /** 1 ends the window of all workers. */
  readonly #ended: Int32Array;

  constructor(options: LoadOptions, workerPool: WorkerPool, workspaces: SlotWorkspaces, ended: Int32Array) {
    this.#options = options;
    this.#workerPool = workerPool;
    this.#workspaces = workspaces;
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
      // A window that was cut short is less precise; it counts only if there is no other.
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

  /** The counts of all requests, each once, by verdict byte. */
  async #count(): Promise<Float64Array> {
    const parts = await this.#all<Float64Array>((i, workspace) => {
      const [start, stop] = [this.#firstRow(i), this.#firstRow(i + 1)];
      return { kind: 'count', start, stop, workspace };
    });
    this.#options.signal?.throwIfAborted();
    return parts.reduce((sums, counts) => sums.map((sum, byte) => sum + (counts[byte] as number)));
  }

  #window(forMs: number): Promise<WindowPart[]> {
    const { batchRows } = this.#options;
    return this.#all((i, workspace) => ({
      kind: 'load',
      start: this.#firstRow(i),
      batchRows,
      forMs,
      ended: this.#ended,
      workspace,
    }));
  }

  /** Runs a task on every worker at the same time. */
  #all<Result>(make: (worker: number, workspace: number) => LoadTask): Promise<Result[]> {
    return Promise.all(
      Array.from({ length: this.#options.workers }, (_, i) =>
        runWithRetry<Result>(this.#workerPool, 'under load', (slot) => make(i, this.#workspaces.of(slot)[0] as number)),
      ),
    );
  }

  /** The first row of a worker: each starts at another one. */
  #firstRow(worker: number): number {
    return Math.floor((worker * this.#options.rows) / this.#options.workers);
  }
}

/** Checks per second of all workers in a window. */
function perSecond(parts: readonly WindowPart[]): number {
  return parts.reduce((sum, { checks, elapsedMs }) => sum + (elapsedMs > 0 ? (1000 * checks) / elapsedMs : 0), 0);
}
