import { OUTCOME_MASK, type Outcome } from '../src/abi/verdict.js';
import type { Columns } from '../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../src/engine/evaluator.js';
import type { PermissionSet } from '../src/engine/permission_set.js';
import { type PermissionCell, permissionCells } from '../src/kernel/permission_cells.js';
import { isAllowed } from '../src/kernel/verdict.js';
import type { Vocabulary } from '../src/kernel/vocabulary.js';
import type { World } from '../src/kernel/world.js';
import { typeFieldOf } from '../src/request/command_fields.js';
import { candidate, interleave, type SamplingPlan, type Timing } from './measure.js';

/** Names in results of the ways to compute all that a task may do with a token. */
export const PERMISSION_SET = 'permission set';
export const PERMISSION_TABLE = 'permission table';
export const EACH_CELL = 'each cell in a batch';

/** Pairs of a task and a token in one timed repetition. */
export const PERMISSION_SETS = 1024;

/** The timings of permission sets. */
export interface PermissionSetResult {
  /** Requests that one permission set covers: map types, program types with each attach type, other commands. */
  readonly cells: number;
  readonly timings: readonly Timing[];
}

/**
 * Times the permission sets of the first pairs of a batch (at least PERMISSION_SETS rows) against a resident batch with a row
 * per cell, a run of one task and token. Its commands and types are written once, task and token for each pair. First compares
 * both on all pairs: throws an Error where they differ.
 */
export function timePermissionSets(world: World, pairs: Columns, sampling: SamplingPlan): PermissionSetResult {
  const evaluator = createEvaluator(world);
  const batch = cellBatch(evaluator, world);
  const { columns, verdicts } = batch;
  const eachPair = (visit: (task: number, token: number) => void): void => {
    for (let row = 0; row < PERMISSION_SETS; row++) visit(pairs.task[row] as number, pairs.token[row] as number);
  };
  const checkEach = (task: number, token: number): void => {
    columns.task.fill(task);
    columns.token.fill(token);
    evaluator.decideBatch(columns, verdicts);
  };
  eachPair((task, token) => {
    checkEach(task, token);
    requireAgreement(batch, evaluator.permissionSet(task, token), task, token);
  });
  let blackhole = 0;
  const timings = interleave(
    [
      candidate(PERMISSION_SET, PERMISSION_SETS, () => {
        eachPair((task, token) => {
          blackhole += evaluator.permissionSet(task, token).cmds === 0n ? 1 : 0;
        });
      }),
      candidate(PERMISSION_TABLE, PERMISSION_SETS, () => {
        eachPair((task, token) => {
          blackhole += evaluator.permissionTable(task, token).verdictOf(0);
        });
      }),
      candidate(EACH_CELL, PERMISSION_SETS, () => eachPair(checkEach)),
    ],
    sampling,
  );
  if (!Number.isInteger(blackhole)) throw new Error('a permission set must yield a number');
  return { cells: verdicts.length, timings };
}

interface CellBatch {
  readonly cells: readonly PermissionCell[];
  readonly columns: Columns;
  readonly verdicts: Uint8Array;
  readonly vocabulary: Vocabulary;
}

/** A row for every request that a permission set covers. */
function cellBatch(evaluator: Evaluator, { profile: { vocabulary } }: World): CellBatch {
  const cells = permissionCells(vocabulary);
  const { insnCnt: _one, pre: _none, ...columns } = evaluator.createColumns(cells.length);
  cells.forEach(({ cmd, type, attachType }, row) => {
    columns.cmd[row] = cmd;
    columns.type[row] = type;
    columns.attachType[row] = attachType;
  });
  return { cells, columns, verdicts: evaluator.createVerdicts(cells.length), vocabulary };
}

function requireAgreement(
  { cells, verdicts, vocabulary }: CellBatch,
  permissionSet: PermissionSet,
  task: number,
  token: number,
): void {
  const setOf = ({ cmd, type, attachType }: PermissionCell): readonly [set: bigint, number: number] => {
    const name = vocabulary.nameOf('cmds', cmd);
    if (name === 'map_create') return [permissionSet.mapTypes, type];
    if (name === 'prog_load') return [permissionSet.attachTypes(type), attachType];
    return typeFieldOf(name) === undefined || type === 0
      ? [permissionSet.cmds, cmd]
      : [permissionSet.cgroupSkbAttachTypes, attachType];
  };
  cells.forEach((cell, row) => {
    const [set, number] = setOf(cell);
    const isIn = ((set >> BigInt(number)) & 1n) === 1n;
    if (isIn !== isAllowed(((verdicts[row] as number) & OUTCOME_MASK) as Outcome)) {
      throw new Error(`task ${task}, token ${token}: the permission set differs from row ${row} of its cells`);
    }
  });
}
