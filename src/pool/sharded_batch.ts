import { WorkerCrashedError } from '../workers/errors.js';
import { MAX_ATTEMPTS, taskCrashedWorkers } from '../workers/retry.js';
import type { WorkerPool } from '../workers/worker_pool.js';
import { ShardClaims } from './shard_claims.js';
import type { BatchTask, Rows } from './shard_task.js';
import type { SlotWorkspaces } from './slot_workspaces.js';

/** Rows of a shard: a quarter of a millisecond and more, so that the last one is not waited for long. */
const ROWS_PER_SHARD = 32_768;

/**
 * One batch over a crew. A runner is one worker's turn at it: it claims shards until none is free, so that a slow worker
 * holds up nobody, and who does what does not show in the result. A runner that dies is replaced, its shard done again.
 */
export class ShardedBatch {
  readonly #workerPool: WorkerPool;
  /** Of the one memory it is about. */
  readonly #workspaces: SlotWorkspaces;
  readonly #rows: Rows;
  readonly #claims: ShardClaims;
  /** Workers that died of a shard, by shard; at -1, those that held none. */
  readonly #workerCrashes = new Map<number, number>();
  /** Takes back runners that wait for a worker. */
  readonly #stop = new AbortController();
  #claimants = 0;
  #failure: { readonly reason: unknown } | undefined;

  constructor(workerPool: WorkerPool, workspaces: SlotWorkspaces, rows: Rows) {
    this.#workerPool = workerPool;
    this.#workspaces = workspaces;
    this.#rows = rows;
    this.#claims = new ShardClaims(Math.ceil(rows.count / ROWS_PER_SHARD));
  }

  /**
   * Resolves when every row is decided. Rejects with the signal's reason, a PoolError or what a worker threw: no shard
   * is begun from then on, and when the promise is settled nobody writes verdicts any more.
   */
  async run(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const abort = (): void => this.#fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const claimantCount = Math.min(this.#workerPool.workers, this.#claims.words.length);
      await Promise.all(Array.from({ length: claimantCount }, () => this.#keepClaiming()));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    if (this.#failure) throw this.#failure.reason;
  }

  /** Keeps one runner going until there is nothing left to claim. Never rejects. */
  async #keepClaiming(): Promise<void> {
    while (!this.#failure && this.#claims.hasFree()) {
      this.#claimants += 1;
      const claimant = this.#claimants;
      try {
        await this.#workerPool.run((slot) => this.#task(claimant, slot), this.#stop.signal);
      } catch (error) {
        if (error instanceof WorkerCrashedError) this.#onWorkerCrash(claimant, error);
        else this.#fail(error);
      }
    }
  }

  #task(claimant: number, slot: number): BatchTask {
    return {
      claimant,
      workspace: this.#workspaces.of(slot)[0] as number,
      claims: this.#claims.words,
      rowsPerShard: ROWS_PER_SHARD,
      rows: this.#rows,
    };
  }

  /** A runner died: its shard is free again, unless it is the shard that kills. */
  #onWorkerCrash(claimant: number, death: WorkerCrashedError): void {
    const shard = this.#claims.release(claimant);
    const workerCrashes = (this.#workerCrashes.get(shard) ?? 0) + 1;
    this.#workerCrashes.set(shard, workerCrashes);
    if (workerCrashes < MAX_ATTEMPTS) return;
    const rows =
      shard === -1
        ? 'before they began'
        : `of rows ${shard * ROWS_PER_SHARD} to ${Math.min((shard + 1) * ROWS_PER_SHARD, this.#rows.count) - 1}`;
    this.#fail(taskCrashedWorkers(rows, death));
  }

  #fail(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    this.#claims.cancel();
    this.#stop.abort(reason);
  }
}
