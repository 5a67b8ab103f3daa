import { PoolError } from '../workers/errors.js';
import { MAX_ATTEMPTS } from '../workers/retry.js';
import { WorkerPool } from '../workers/worker_pool.js';
import { addStats, type CampaignStats, emptyStats } from './campaign_stats.js';
import { formatCaseId, nthWorld } from './case_id.js';
import { type CampaignPlan, countShards, type Shard, shardsOf } from './shard.js';

/** A shard takes some ten milliseconds; a worker that has not answered after so long does not answer any more. */
const IDLE_TIMEOUT_MS = 60_000;
/** Shards that may be abandoned before the campaign is: something else is wrong then. */
const MAX_ABANDONED_SHARDS = 3;

export interface CampaignOptions extends CampaignPlan {
  readonly workers: number;
  /** Milliseconds after which no more shards are begun. */
  readonly forMs?: number;
  /** Ends the campaign at once, with what is done by then. */
  readonly signal?: AbortSignal;
  onProgress?(stats: CampaignStats, elapsedMs: number): void;
  /** For tests: another program for the workers, and how long one may take for a shard. */
  readonly workerUrl?: URL;
  readonly idleTimeoutMs?: number;
}

export interface CampaignResult {
  readonly stats: CampaignStats;
  readonly elapsedMs: number;
  readonly workers: number;
  readonly interrupted: boolean;
  /** What each worker that crashed said. */
  readonly workerCrashes: readonly string[];
  /** Shards that were not compared, and why: MAX_ATTEMPTS workers crashed on each. */
  readonly abandonedShards: readonly string[];
}

/**
 * A campaign over worker threads. The result does not depend on which of them does what. Rejects with a PoolError where no
 * worker can be started.
 */
export function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  return new Campaign(options).run();
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #shards: Generator<Shard>;
  readonly #stats = emptyStats();
  readonly #workerCrashes: string[] = [];
  readonly #abandonedShards: string[] = [];
  readonly #startedAt = performance.now();

  constructor(options: CampaignOptions) {
    this.#options = options;
    this.#shards = shardsOf(options);
  }

  async run(): Promise<CampaignResult> {
    const { signal, workers, workerUrl, idleTimeoutMs = IDLE_TIMEOUT_MS } = this.#options;
    if (!signal?.aborted) {
      const pool = new WorkerPool({
        workers: Math.min(workers, countShards(this.#options)),
        file: workerUrl ?? new URL('../fuzz/worker.js', import.meta.url),
        idleTimeoutMs,
      });
      const abort = (): void => void pool.close();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        await Promise.all(Array.from({ length: pool.workers }, () => this.#runShards(pool)));
      } finally {
        signal?.removeEventListener('abort', abort);
        await pool.close();
      }
    }
    return {
      stats: this.#stats,
      elapsedMs: this.#elapsedMs(),
      workers,
      interrupted: signal?.aborted ?? false,
      workerCrashes: this.#workerCrashes,
      abandonedShards: this.#abandonedShards,
    };
  }

  /** Gives one worker's time shard after shard until there are no more, or no more are to be begun. */
  async #runShards(pool: WorkerPool): Promise<void> {
    const { forMs = Number.POSITIVE_INFINITY, signal, onProgress } = this.#options;
    while (this.#elapsedMs() < forMs && this.#abandonedShards.length < MAX_ABANDONED_SHARDS) {
      const { value: shard } = this.#shards.next();
      if (!shard) return;
      const part = await this.#runShard(pool, shard);
      if (signal?.aborted) return;
      if (!part) continue;
      addStats(this.#stats, part);
      onProgress?.(this.#stats, this.#elapsedMs());
    }
  }

  /** What came of a shard; undefined where it was abandoned, or the campaign is at its end. */
  async #runShard(pool: WorkerPool, shard: Shard): Promise<CampaignStats | undefined> {
    let why = '';
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      try {
        return await pool.run<CampaignStats>(() => shard);
      } catch (error) {
        if (this.#options.signal?.aborted) return undefined;
        if (error instanceof PoolError) throw error;
        why = error instanceof Error ? error.message : String(error);
        this.#workerCrashes.push(why);
      }
    }
    this.#abandonedShards.push(`${describeShard(shard)}: ${why}`);
    return undefined;
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }
}

function describeShard({ seed, slots, first, cases }: Shard): string {
  return `${cases} cases from ${formatCaseId({ seed, world: nthWorld(slots, first), index: 0 })} on`;
}
