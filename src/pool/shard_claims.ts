const FREE = 0;
const DONE = -1;

/**
 * Which shards of a batch are done, and which claimants hold the others, in memory that all threads share. One
 * compare-and-swap claims a shard and records its claimant, so that no shard is decided twice or lost in a crash.
 */
export class ShardClaims {
  readonly #shards: Int32Array;

  /** Over the array of another thread's claims; or, for a number, new claims of that many shards, all free. */
  constructor(shards: Int32Array | number) {
    this.#shards = typeof shards === 'number' ? new Int32Array(new SharedArrayBuffer(4 * shards)) : shards;
  }

  /** The array for the constructor in another thread. */
  get words(): Int32Array {
    return this.#shards;
  }

  /** Claims the first free shard from `from` on for a claimant (1 or more). Returns its number, or -1 where none is free. */
  claim(claimant: number, from: number): number {
    for (let shard = from; shard < this.#shards.length; shard++) {
      if (Atomics.compareExchange(this.#shards, shard, FREE, claimant) === FREE) return shard;
    }
    return -1;
  }

  /** Marks a shard as done. */
  finish(shard: number): void {
    Atomics.store(this.#shards, shard, DONE);
  }

  /** Frees the shard that a crashed claimant had not finished. Returns its number, or -1 where it had none. */
  release(claimant: number): number {
    for (let shard = 0; shard < this.#shards.length; shard++) {
      if (Atomics.compareExchange(this.#shards, shard, claimant, FREE) === claimant) return shard;
    }
    return -1;
  }

  /** Prevents further claims; shards that are claimed are finished. */
  cancel(): void {
    for (let shard = 0; shard < this.#shards.length; shard++) {
      Atomics.compareExchange(this.#shards, shard, FREE, DONE);
    }
  }

  /** Whether any shard is free. */
  hasFree(): boolean {
    return this.#shards.some((_, shard) => Atomics.load(this.#shards, shard) === FREE);
  }
}
