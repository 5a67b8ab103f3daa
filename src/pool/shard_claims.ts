const FREE = 0;
const DONE = -1;

/**
 * Which shards of a batch are done, and who has the others, in memory that all threads share. A runner claims a shard
 * with one compare-and-swap that also says whose it is, so none is done by two or lost with a worker that dies.
 */
export class ShardClaims {
  readonly #shards: Int32Array;

  /** Over the words of another thread's ledger, or, given a number, a new one with as many shards, all of them free. */
  constructor(shards: Int32Array | number) {
    this.#shards = typeof shards === 'number' ? new Int32Array(new SharedArrayBuffer(4 * shards)) : shards;
  }

  /** For other threads: to make their ShardClaims of. */
  get words(): Int32Array {
    return this.#shards;
  }

  /** Claims the first free shard from `from` on for a runner (1 or more). Returns its number, or -1 where none is free. */
  claim(claimant: number, from: number): number {
    for (let shard = from; shard < this.#shards.length; shard++) {
      if (Atomics.compareExchange(this.#shards, shard, FREE, claimant) === FREE) return shard;
    }
    return -1;
  }

  /** The shard is done. */
  finish(shard: number): void {
    Atomics.store(this.#shards, shard, DONE);
  }

  /** Frees what a dead runner had not finished. Returns its shard, or -1 where it had none. */
  release(claimant: number): number {
    for (let shard = 0; shard < this.#shards.length; shard++) {
      if (Atomics.compareExchange(this.#shards, shard, claimant, FREE) === claimant) return shard;
    }
    return -1;
  }

  /** No shard is claimed any more; those that are claimed go on. */
  cancel(): void {
    for (let shard = 0; shard < this.#shards.length; shard++) {
      Atomics.compareExchange(this.#shards, shard, FREE, DONE);
    }
  }

  /** Whether any shard waits to be claimed. */
  hasFree(): boolean {
    return this.#shards.some((_, shard) => Atomics.load(this.#shards, shard) === FREE);
  }
}
