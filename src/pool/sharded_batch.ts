import { WorkerCrashedError } from '../workers/errors.js';
import { MAX_ATTEMPTS, taskCrashedWorkers } from '../workers/retry.js';
import type { WorkerPool } from '../workers/worker_pool.js';
import { ShardClaims } from './shard_claims.js';
import type { BatchTask, Rows } from './shard_task.js';
import type { SlotWorkspaces } from './slot_workspaces.js';

/** Rows of a shard: about a quarter of a millisecond, so that the wait for the last one is short. */
const ROWS_PER_SHARD = 32_768;

/**
 * One batch over a worker pool. A claimant is a task that claims shards until none is free, so that a slow worker does not
 * delay the others; the result does not depend on who decides which shard. A claimant that crashes is replaced, and its shard
 * is decided again.
 */
export class ShardedBatch {
  readonly #workerPool: WorkerPool;
  /** Of the evaluator's memory. */
  readonly #workspaces: SlotWorkspaces;
  readonly #rows: Rows;
  readonly #claims: ShardClaims;
  /** Worker crashes by shard; at -1, crashes of workers without a shard. */
  readonly #workerCrashes = new Map<number, number>();
  /** Cancels claimants that wait for a worker. */
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
   * Resolves when every row is decided. Rejects with the signal's reason, a PoolError or the error of a worker: no shard is
   * started afterwards, and no verdict is written once the promise is settled.
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

  /** Runs one claimant until no shard is left to claim. Never rejects. */
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

  /** A claimant crashed: its shard is free again, unless the shard crashed MAX_ATTEMPTS workers. */
  #onWorkerCrash(claimant: number, death: WorkerCrashedError): void {
    const shard = this.#claims.release(claimant);
    const workerCrashes = (this.#workerCrashes.get(shard) ?? 0) + 1;
    this.#workerCrashes.set(shard, workerCrashes);
    if (workerCrashes < MAX_ATTEMPTS) return;
    const rows =
      shard === -1
        ? 'before they began'
        : `on rows ${shard * ROWS_PER_SHARD} to ${Math.min((shard + 1) * ROWS_PER_SHARD, this.#rows.count) - 1}`;
    this.#fail(taskCrashedWorkers(rows, death));
  }

  #fail(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    this.#claims.cancel();
    this.#stop.abort(reason);
  }
}
