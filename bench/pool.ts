import type { Columns } from '../src/engine/columns.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import type { World } from '../src/kernel/world.js';
import { createEvaluatorPool } from '../src/pool/evaluator_pool.js';
import { type BatchResult, residentCopy } from './batches.js';
import { type AsyncCandidate, interleaveAsync, moreRounds, type SamplingPlan } from './measure.js';
import { allowedBits, allowedShare } from './verify.js';

/** Names of pools in results. */
export const ONE_WORKER = '1 worker';
export const TWO_WORKERS = '2 workers';
/** The same batch in this thread, for comparison. */
export const NO_WORKER = 'no worker';

/**
 * Times a resident batch over pools of one and of two workers. First compares their verdicts with the evaluator's: throws an
 * Error where they differ.
 */
export async function timePools(world: World, columns: Columns, sampling: SamplingPlan): Promise<BatchResult> {
  const rows = columns.task.length;
  const evaluator = createEvaluator(world);
  const resident = residentCopy(evaluator, columns);
  const expected = new Uint8Array(rows);
  evaluator.decideBatch(columns, expected);
  const pools = [1, 2].map((workers) => createEvaluatorPool(evaluator, { workers }));
  try {
    const out = evaluator.createVerdicts(rows);
    const candidates: AsyncCandidate[] = pools.map((pool) => ({
      name: pool.workers === 1 ? ONE_WORKER : TWO_WORKERS,
      checks: rows,
      work: () => pool.decideBatch(resident, out),
    }));
    for (const { name, work } of candidates) {
      await work();
      if (Buffer.compare(out, expected) !== 0) throw new Error(`${name}: verdicts must agree before timing`);
    }
    candidates.push({ name: NO_WORKER, checks: rows, work: async () => evaluator.decideBatch(resident, out) });
    const timings = await interleaveAsync(candidates, moreRounds(sampling));
    return { rows, allowedShare: allowedShare(allowedBits(expected)), timings };
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}
