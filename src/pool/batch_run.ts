import type { Crew } from './crew.js';
import type { BatchTask, Rows } from './decide_shards.js';
import { WorkerDied } from './errors.js';
import { Ledger } from './ledger.js';
import { MAX_DEATHS, workKills } from './persist.js';
import type { SlotPlaces } from './slot_places.js';

/** Rows of a shard: a quarter of a millisecond and more, so that the last one is not waited for long. */
const ROWS_PER_SHARD = 32_768;

/**
 * One batch over a crew. A runner is one worker's turn at it: it claims shards until none is free, so that a slow worker
 * holds up nobody, and who does what does not show in the result. A runner that dies is replaced, its shard done again.
 */
export class BatchRun {
  readonly #crew: Crew;
  /** Of the one memory it is about. */
  readonly #places: SlotPlaces;
  readonly #rows: Rows;
  readonly #ledger: Ledger;
  /** Workers that died of a shard, by shard; at -1, those that held none. */
  readonly #deaths = new Map<number, number>();
  /** Takes back runners that wait for a worker. */
  readonly #stop = new AbortController();
  #runners = 0;
  #failure: { readonly reason: unknown } | undefined;

  constructor(crew: Crew, places: SlotPlaces, rows: Rows) {
    this.#crew = crew;
    this.#places = places;
    this.#rows = rows;
    this.#ledger = new Ledger(Math.ceil(rows.count / ROWS_PER_SHARD));
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
      const turns = Math.min(this.#crew.workers, this.#ledger.words.length);
      await Promise.all(Array.from({ length: turns }, () => this.#takeTurns()));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    if (this.#failure) throw this.#failure.reason;
  }

  /** Keeps one runner going until there is nothing left to claim. Never rejects. */
  async #takeTurns(): Promise<void> {
    while (!this.#failure && this.#ledger.hasFree()) {
      this.#runners += 1;
      const runner = this.#runners;
      try {
        await this.#crew.run((slot) => this.#task(runner, slot), this.#stop.signal);
      } catch (error) {
        if (error instanceof WorkerDied) this.#bury(runner, error);
        else this.#fail(error);
      }
    }
  }

  #task(runner: number, slot: number): BatchTask {
    return {
      runner,
      place: this.#places.of(slot)[0] as number,
      ledger: this.#ledger.words,
      rowsPerShard: ROWS_PER_SHARD,
      rows: this.#rows,
    };
  }

  /** A runner died: its shard is free again, unless it is the shard that kills. */
  #bury(runner: number, death: WorkerDied): void {
    const shard = this.#ledger.release(runner);
    const deaths = (this.#deaths.get(shard) ?? 0) + 1;
    this.#deaths.set(shard, deaths);
    if (deaths < MAX_DEATHS) return;
    const rows =
      shard === -1
        ? 'before they began'
        : `of rows ${shard * ROWS_PER_SHARD} to ${Math.min((shard + 1) * ROWS_PER_SHARD, this.#rows.count) - 1}`;
    this.#fail(workKills(rows, death));
  }

  #fail(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    this.#ledger.cancel();
    this.#stop.abort(reason);
  }
}
