import type { Columns } from '../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../src/engine/evaluator.js';
import { addressesOf } from '../src/engine/resident_columns.js';
import { shareEvaluator } from '../src/engine/share.js';
import { instantiate } from '../src/engine/wasm.js';
import { claimWorkspace } from '../src/engine/workspaces.js';
import type { World } from '../src/kernel/world.js';
import { residentCopy } from './batches.js';
import { type Candidate, candidate, interleave, moreRounds, type SamplingPlan, type Timing } from './measure.js';
import { mixed, runs, sortedRows, zipfTasks } from './requests.js';

/** Names of workloads in results. */
export const RANDOM = 'random';
/** The same rows without the search for runs. */
export const RANDOM_IN_BLOCKS = 'random, in blocks';
export const RUNS_64 = 'runs of 64';
export const RUNS_256 = 'runs of 256';
export const ZIPF = 'Zipf tasks';
export const BURSTS = 'bursts';
export const SORTED = 'sorted';

/** The largest number of rows per workload: all are in the evaluator's memory at the same time. */
export const MAX_ROWS = 1_048_576;

/**
 * Times resident batches in different orders, for which the engine selects its code segment by segment: random rows; the same
 * in runs; tasks by Zipf's law, row by row and in bursts of 1 to 64; such bursts sorted by task and token. First compares the
 * verdicts of the random rows with those of the same rows in blocks: throws an Error where they differ.
 */
export function timeWorkloads(
  world: World,
  requests: Columns,
  seed: number,
  sampling: SamplingPlan,
): readonly Timing[] {
  const evaluator = createEvaluator(world);
  const random = firstRows(requests, MAX_ROWS);
  const bursts = mixed(random, world, seed);
  const workloads: readonly (readonly [name: string, columns: Columns])[] = [
    [RANDOM, random],
    [RUNS_64, runs(random, 64)],
    [RUNS_256, runs(random, 256)],
    [ZIPF, zipfTasks(random, world, seed)],
    [BURSTS, bursts],
    [SORTED, sortedRows(bursts)],
  ];
  const candidates = workloads.map(([name, columns]): Candidate => {
    const resident = residentCopy(evaluator, columns);
    const out = evaluator.createVerdicts(columns.task.length);
    return candidate(name, out.length, () => evaluator.decideBatch(resident, out));
  });
  return interleave([inBlocks(evaluator, random), ...candidates], moreRounds(sampling));
}

function inBlocks(evaluator: Evaluator, columns: Columns): Candidate {
  const { memory } = shareEvaluator(evaluator);
  const { decideBatchInBlocks } = instantiate(memory);
  const workspace = claimWorkspace(memory);
  const resident = residentCopy(evaluator, columns);
  const rows = columns.task.length;
  const out = evaluator.createVerdicts(rows);
  const at = addressesOf(memory, resident, out);
  if (!at) throw new Error('the batch must be resident');
  const decide = () =>
    decideBatchInBlocks(workspace, rows, at.task, at.token, at.cmd, at.type, at.attachType, at.insnCnt, at.pre, at.out);
  decide();
  const expected = new Uint8Array(rows);
  evaluator.decideBatch(columns, expected);
  if (Buffer.compare(out, expected) !== 0) throw new Error('verdicts in blocks must agree before timing');
  return candidate(RANDOM_IN_BLOCKS, rows, decide);
}

function firstRows({ task, token, cmd, type, attachType }: Columns, rows: number): Columns {
  return {
    task: task.subarray(0, rows),
    token: token.subarray(0, rows),
    cmd: cmd.subarray(0, rows),
    type: type.subarray(0, rows),
    attachType: attachType.subarray(0, rows),
  };
}
