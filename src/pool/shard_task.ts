import type { Columns } from '../engine/columns.js';
import type { Addresses } from '../engine/resident_columns.js';
import { DeciderCache } from './decider_cache.js';
import { ShardClaims } from './shard_claims.js';
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
  readonly claimant: number;
  /** Address of the place it decides in. */
  readonly workspace: number;
  /** The batch's ShardClaims. */
  readonly claims: Int32Array;
  readonly rowsPerShard: number;
  readonly rows: Rows;
}

/** Decides batches in one memory. Several runners may be at one batch, each with its place. */
export class ShardDecider {
  readonly #deciders: DeciderCache;

  constructor(memory: WebAssembly.Memory) {
    this.#deciders = new DeciderCache(memory);
  }

  /** Does what is free of a batch, up to SHARDS_AT_A_TIME. `before` is called between a claim and its work, for tests. */
  run({ claimant, workspace, claims: words, rowsPerShard, rows }: BatchTask, before?: (shard: number) => void): void {
    const claims = new ShardClaims(words);
    const decider = this.#deciders.at(workspace);
    let from = 0;
    for (let done = 0; done < SHARDS_AT_A_TIME; done++) {
      const shard = claims.claim(claimant, from);
      if (shard === -1) return;
      before?.(shard);
      const start = shard * rowsPerShard;
      const stop = Math.min(start + rowsPerShard, rows.count);
      if ('addresses' in rows) decider.checkResident(rows.addresses, start, stop);
      else decider.checkBatch(sliceColumns(rows.columns, start, stop), rows.out.subarray(start, stop));
      claims.finish(shard);
      from = shard + 1;
    }
  }
}
