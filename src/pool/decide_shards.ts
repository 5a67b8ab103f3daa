import type { Columns } from '../engine/columns.js';
import type { Addresses } from '../engine/resident.js';
import { Deciders } from './deciders.js';
import { Ledger } from './ledger.js';
import { sliceColumns } from './shared_columns.js';

/** Shards a runner does before it makes room for other batches: ten to thirty milliseconds of work. */
const SHARDS_AT_A_TIME = 64;

/** What a pool's worker gets as it starts. */
export interface PoolWorkerData {
  /** The evaluator's. */
  readonly memory: WebAssembly.Memory;
}

/** The rows of a batch: by address where they lie in the evaluator's memory, else in shared memory of their own. */
export type Rows =
  | { readonly count: number; readonly addresses: Addresses }
  | { readonly count: number; readonly columns: Columns; readonly out: Uint8Array };

/** A runner's part in a batch: shard after shard, as long as there are any. */
export interface BatchTask {
  /** Whom its claims are by: 1 or more, no two of a batch the same. */
  readonly runner: number;
  /** Address of the place it decides in. */
  readonly place: number;
  /** The batch's Ledger. */
  readonly ledger: Int32Array;
  readonly rowsPerShard: number;
  readonly rows: Rows;
}

/** Decides batches in one memory. Several runners may be at one batch, each with its place. */
export class ShardDecider {
  readonly #deciders: Deciders;

  constructor(memory: WebAssembly.Memory) {
    this.#deciders = new Deciders(memory);
  }

  /** Does what is free of a batch, up to SHARDS_AT_A_TIME. `before` is called between a claim and its work, for tests. */
  run({ runner, place, ledger: words, rowsPerShard, rows }: BatchTask, before?: (shard: number) => void): void {
    const ledger = new Ledger(words);
    const decider = this.#deciders.at(place);
    let from = 0;
    for (let done = 0; done < SHARDS_AT_A_TIME; done++) {
      const shard = ledger.claim(runner, from);
      if (shard === -1) return;
      before?.(shard);
      const start = shard * rowsPerShard;
      const stop = Math.min(start + rowsPerShard, rows.count);
      if ('addresses' in rows) decider.checkResident(rows.addresses, start, stop);
      else decider.checkBatch(sliceColumns(rows.columns, start, stop), rows.out.subarray(start, stop));
      ledger.finish(shard);
      from = shard + 1;
    }
  }
}
