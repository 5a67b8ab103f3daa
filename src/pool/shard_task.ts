import type { Columns } from '../engine/columns.js';
import type { Addresses } from '../engine/resident_columns.js';
import { DeciderCache } from './decider_cache.js';
import { ShardClaims } from './shard_claims.js';
import { sliceColumns } from './shared_columns.js';

/** Shards that a claimant decides before it lets other batches run: ten to thirty milliseconds of work. */
const SHARDS_AT_A_TIME = 64;

/** The data that a pool's worker starts with. */
export interface PoolWorkerData {
  /** The evaluator's. */
  readonly memory: WebAssembly.Memory;
}

/** The rows of a batch: by address where they are in the evaluator's memory, else in shared columns. */
export type Rows =
  | { readonly count: number; readonly addresses: Addresses }
  | { readonly count: number; readonly columns: Columns; readonly out: Uint8Array };

/** A claimant's task: shard after shard of a batch, as long as any is free. */
export interface BatchTask {
  /** The claimant: 1 or more, unique within a batch. */
  readonly claimant: number;
  /** Address of the workspace to decide with. */
  readonly workspace: number;
  /** The batch's ShardClaims. */
  readonly claims: Int32Array;
  readonly rowsPerShard: number;
  readonly rows: Rows;
}

/** Decides batches in one memory. Several claimants may work on one batch, each with its workspace. */
export class ShardDecider {
  readonly #deciders: DeciderCache;

  constructor(memory: WebAssembly.Memory) {
    this.#deciders = new DeciderCache(memory);
  }

  /** Decides up to SHARDS_AT_A_TIME free shards of a batch. `before` is called between a claim and its work, for tests. */
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
      if ('addresses' in rows) decider.decideResident(rows.addresses, start, stop);
      else decider.decideBatch(sliceColumns(rows.columns, start, stop), rows.out.subarray(start, stop));
      claims.finish(shard);
      from = shard + 1;
    }
  }
}
