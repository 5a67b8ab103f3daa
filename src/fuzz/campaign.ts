import { Worker } from 'node:worker_threads';
import { formatCaseId, nthWorld } from './identity.js';
import { type CampaignPlan, type Shard, shardsOf } from './shard.js';
import { addTally, emptyTally, type Tally } from './tally.js';

/** A shard takes some ten milliseconds; a worker that is silent for so long will not answer. */
const SILENCE_MS = 60_000;
/** Workers that may die of one shard. */
const MAX_DEATHS_PER_SHARD = 3;
/** Shards that may be given up before the campaign is: something else is wrong then. */
const MAX_LOST = 3;

export interface CampaignOptions extends CampaignPlan {
  readonly workers: number;
  /** Hands out no more work after so long. */
  readonly forMs?: number;
  /** Ends the campaign at once, with what is done by then. */
  readonly signal?: AbortSignal;
  onProgress?(tally: Tally, elapsedMs: number): void;
  /** For tests: another program for the workers, and how long one may be silent. */
  readonly workerUrl?: URL;
  readonly silenceMs?: number;
}

export interface CampaignResult {
  readonly tally: Tally;
  readonly elapsedMs: number;
  readonly workers: number;
  readonly interrupted: boolean;
  /** Workers that ended before their time, in words. */
  readonly deaths: readonly string[];
  /** Work given up, in words: every worker that had it died. */
  readonly lost: readonly string[];
}

/** A campaign over worker threads. Which of them does what does not show in the result. */
export function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  return new Promise((resolve) => new Campaign(options, resolve).start());
}

/** A shard and how many workers died of it. */
interface Work {
  readonly shard: Shard;
  deaths: number;
}

class Campaign {
  readonly #options: CampaignOptions;
  readonly #resolve: (result: CampaignResult) => void;
  readonly #shards: Generator<Shard>;
  readonly #again: Work[] = [];
  readonly #workers = new Map<Worker, Work | undefined>();
  readonly #tally = emptyTally();
  readonly #deaths: string[] = [];
  readonly #lost: string[] = [];
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
    for (let i = 0; i < workers; i++) this.#hire();
  }

  readonly #abort = (): void => this.#finish(true);

  /** A new worker, if there is work for it. */
  #hire(): void {
    const work = this.#nextWork();
    if (!work) {
      if (this.#workers.size === 0) this.#finish(false);
      return;
    }
    const url = this.#options.workerUrl ?? new URL('./worker.js', import.meta.url);
    const worker = new Worker(url, { workerData: { number: this.#spawned } });
    this.#spawned += 1;
    let why = '';
    let silence: NodeJS.Timeout | undefined;
    const give = (next: Work): void => {
      this.#workers.set(worker, next);
      silence = setTimeout(() => {
        why = 'it was silent for too long';
        void worker.terminate();
      }, this.#options.silenceMs ?? SILENCE_MS);
      worker.postMessage(next.shard);
    };
    worker.on('message', (part: Tally) => {
      clearTimeout(silence);
      if (this.#isOver) return;
      this.#workers.set(worker, undefined);
      this.#count(part);
      const next = this.#nextWork();
      if (next) give(next);
      else this.#dismiss(worker);
    });
    worker.on('error', (error: Error) => {
      why = `${error.name}: ${error.message}`;
    });
    worker.on('exit', (code) => {
      clearTimeout(silence);
      if (!this.#isOver && this.#workers.has(worker)) this.#bury(worker, why || `it left with status ${code}`);
    });
    give(work);
  }

  #nextWork(): Work | undefined {
    const again = this.#again.pop();
    if (again) return again;
    const { forMs } = this.#options;
    if (forMs !== undefined && this.#elapsedMs() >= forMs) return undefined;
    const next = this.#shards.next();
    return next.done ? undefined : { shard: next.value, deaths: 0 };
  }

  #count(part: Tally): void {
    addTally(this.#tally, part);
    this.#options.onProgress?.(this.#tally, this.#elapsedMs());
  }

  /** A worker that is no longer needed. The last one to leave ends the campaign. */
  #dismiss(worker: Worker): void {
    this.#workers.delete(worker);
    void worker.terminate();
    if (this.#workers.size === 0) this.#finish(false);
  }

  /** A worker died: its work is done again by another one, unless it is the work that kills. */
  #bury(worker: Worker, why: string): void {
    const work = this.#workers.get(worker);
    this.#workers.delete(worker);
    this.#deaths.push(why);
    if (work) {
      work.deaths += 1;
      if (work.deaths < MAX_DEATHS_PER_SHARD) this.#again.push(work);
      else this.#lost.push(`${shardWords(work.shard)}: ${why}`);
    }
    if (this.#lost.length >= MAX_LOST) this.#finish(false);
    else this.#hire();
  }

  #finish(interrupted: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.signal?.removeEventListener('abort', this.#abort);
    const result: CampaignResult = {
      tally: this.#tally,
      elapsedMs: this.#elapsedMs(),
      workers: this.#options.workers,
      interrupted,
      deaths: this.#deaths,
      lost: this.#lost,
    };
    void Promise.all([...this.#workers.keys()].map((worker) => worker.terminate())).then(() => this.#resolve(result));
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }
}

function shardWords({ seed, slots, first, cases }: Shard): string {
  return `${cases} cases from ${formatCaseId({ seed, world: nthWorld(slots, first), index: 0 })} on`;
}
