import { Worker } from 'node:worker_threads';
import { addStats, type CampaignStats, emptyStats } from './campaign_stats.js';
import { formatCaseId, nthWorld } from './case_id.js';
import { type CampaignPlan, type Shard, shardsOf } from './shard.js';

/** A shard takes some ten milliseconds; a worker that is silent for so long will not answer. */
const IDLE_TIMEOUT_MS = 60_000;
/** Workers that may die of one shard. */
const MAX_ATTEMPTS_PER_SHARD = 3;
/** Shards that may be given up before the campaign is: something else is wrong then. */
const MAX_ABANDONED_SHARDS = 3;

export interface CampaignOptions extends CampaignPlan {
  readonly workers: number;
  /** BatchWorkers out no more work after so long. */
  readonly forMs?: number;
  /** Ends the campaign at once, with what is done by then. */
  readonly signal?: AbortSignal;
  onProgress?(stats: CampaignStats, elapsedMs: number): void;
  /** For tests: another program for the workers, and how long one may be silent. */
  readonly workerUrl?: URL;
  readonly idleTimeoutMs?: number;
}

export interface CampaignResult {
  readonly stats: CampaignStats;
  readonly elapsedMs: number;
  readonly workers: number;
  readonly interrupted: boolean;
  /** Workers that ended before their time, in words. */
  readonly workerCrashes: readonly string[];
  /** Work given up, in words: every worker that had it died. */
  readonly abandonedShards: readonly string[];
}

/** A campaign over worker threads. Which of them does what does not show in the result. */
export function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  return new Promise((resolve) => new Campaign(options, resolve).start());
}

/** A shard and how many workers died of it. */
interface Work {
  readonly shard: Shard;
  workerCrashes: number;
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #resolve: (result: CampaignResult) => void;
  readonly #shards: Generator<Shard>;
  readonly #again: Work[] = [];
  readonly #workers = new Map<Worker, Work | undefined>();
  readonly #stats = emptyStats();
  readonly #workerCrashes: string[] = [];
  readonly #abandonedShards: string[] = [];
  readonly #startedAt = performance.now();
  #spawned = 0;
  #isOver = false;

  constructor(options: CampaignOptions, resolve: (result: CampaignResult) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#shards = shardsOf(options);
  }

  start(): void {
    const { signal, workers } = this.#options;
    if (signal?.aborted) {
      this.#finish(true);
      return;
    }
    signal?.addEventListener('abort', this.#abort);
    for (let i = 0; i < workers; i++) this.#spawnWorker();
  }

  readonly #abort = (): void => this.#finish(true);

  /** A new worker, if there is work for it. */
  #spawnWorker(): void {
    const work = this.#nextWork();
    if (!work) {
      if (this.#workers.size === 0) this.#finish(false);
      return;
    }
    const url = this.#options.workerUrl ?? new URL('./worker.js', import.meta.url);
    const worker = new Worker(url, { workerData: { number: this.#spawned } });
    this.#spawned += 1;
    let why = '';
    let idleTimer: NodeJS.Timeout | undefined;
    const give = (next: Work): void => {
      this.#workers.set(worker, next);
      idleTimer = setTimeout(() => {
        why = 'it was silent for too long';
        void worker.terminate();
      }, this.#options.idleTimeoutMs ?? IDLE_TIMEOUT_MS);
      worker.postMessage(next.shard);
    };
    worker.on('message', (part: CampaignStats) => {
      clearTimeout(idleTimer);
      if (this.#isOver) return;
      this.#workers.set(worker, undefined);
      this.#count(part);
      const next = this.#nextWork();
      if (next) give(next);
      else this.#retireWorker(worker);
    });
    worker.on('error', (error: Error) => {
      why = `${error.name}: ${error.message}`;
    });
    worker.on('exit', (code) => {
      clearTimeout(idleTimer);
      if (!this.#isOver && this.#workers.has(worker)) this.#onWorkerCrash(worker, why || `it left with status ${code}`);
    });
    give(work);
  }

  #nextWork(): Work | undefined {
    const again = this.#again.pop();
    if (again) return again;
    const { forMs } = this.#options;
    if (forMs !== undefined && this.#elapsedMs() >= forMs) return undefined;
    const next = this.#shards.next();
    return next.done ? undefined : { shard: next.value, workerCrashes: 0 };
  }

  #count(part: CampaignStats): void {
    addStats(this.#stats, part);
    this.#options.onProgress?.(this.#stats, this.#elapsedMs());
  }

  /** A worker that is no longer needed. The last one to leave ends the campaign. */
  #retireWorker(worker: Worker): void {
    this.#workers.delete(worker);
    void worker.terminate();
    if (this.#workers.size === 0) this.#finish(false);
  }

  /** A worker died: its work is done again by another one, unless it is the work that kills. */
  #onWorkerCrash(worker: Worker, why: string): void {
    const work = this.#workers.get(worker);
    this.#workers.delete(worker);
    this.#workerCrashes.push(why);
    if (work) {
      work.workerCrashes += 1;
      if (work.workerCrashes < MAX_ATTEMPTS_PER_SHARD) this.#again.push(work);
      else this.#abandonedShards.push(`${describeShard(work.shard)}: ${why}`);
    }
    if (this.#abandonedShards.length >= MAX_ABANDONED_SHARDS) this.#finish(false);
    else this.#spawnWorker();
  }

  #finish(interrupted: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    const result: CampaignResult = {
      stats: this.#stats,
      elapsedMs: this.#elapsedMs(),
      workers: this.#options.workers,
      interrupted,
      workerCrashes: this.#workerCrashes,
      abandonedShards: this.#abandonedShards,
    };
    void Promise.all([...this.#workers.keys()].map((worker) => worker.terminate())).then(() => this.#resolve(result));
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }
}

function describeShard({ seed, slots, first, cases }: Shard): string {
  return `${cases} cases from ${formatCaseId({ seed, world: nthWorld(slots, first), index: 0 })} on`;
}
