import { OUTCOME_MASK, type Outcome } from '../src/abi/verdict.js';
import type { Columns } from '../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../src/engine/evaluator.js';
import { type PermissionCell, permissionCells } from '../src/engine/permission_cells.js';
import type { PermissionSet } from '../src/engine/permission_set.js';
import { isAllowed } from '../src/kernel/verdict.js';
import type { Vocabulary } from '../src/kernel/vocabulary.js';
import type { World } from '../src/kernel/world.js';
import { typeFieldOf } from '../src/request/command_fields.js';
import { candidate, interleave, type SamplingPlan, type Timing } from './measure.js';

/** The names the ways to ask for all that a task may do with a token have in results. */
export const SURFACE = 'surface';
export const SURFACE_VERDICTS = 'surface verdicts';
export const EACH_CELL = 'each cell in a batch';

/** Pairs of a task and a token in one timed repetition. */
export const SURFACES = 1024;

/** What timing surfaces showed. */
export interface SurfaceResult {
  /** Requests that one surface answers: types of maps, types of programs with each attach type, other commands. */
  readonly cells: number;
  readonly timings: readonly Timing[];
}

/**
 * Times surfaces of the first pairs of a batch (at least SURFACES rows), beside a batch in the evaluator's memory that asks
 * each cell, a run of one task and token. Its commands and types are written once, task and token for each pair. Both
 * answer all pairs before: throws an Error where they differ.
 */
export function timeSurfaces(world: World, pairs: Columns, sampling: SamplingPlan): SurfaceResult {
  const evaluator = createEvaluator(world);
  const batch = cellBatch(evaluator, world);
  const { columns, verdicts } = batch;
  const eachPair = (visit: (task: number, token: number) => void): void => {
    for (let row = 0; row < SURFACES; row++) visit(pairs.task[row] as number, pairs.token[row] as number);
  };
  const askEach = (task: number, token: number): void => {
    columns.task.fill(task);
    columns.token.fill(token);
    evaluator.checkBatch(columns, verdicts);
  };
  eachPair((task, token) => {
    askEach(task, token);
    requireAgreement(batch, evaluator.permissionSet(task, token), task, token);
  });
  let blackhole = 0;
  const timings = interleave(
    [
      candidate(SURFACE, SURFACES, () => {
        eachPair((task, token) => {
          blackhole += evaluator.permissionSet(task, token).cmds === 0n ? 1 : 0;
        });
      }),
      candidate(SURFACE_VERDICTS, SURFACES, () => {
        eachPair((task, token) => {
          blackhole += evaluator.permissionTable(task, token).verdictOf(0);
        });
      }),
      candidate(EACH_CELL, SURFACES, () => eachPair(askEach)),
    ],
    sampling,
  );
  if (!Number.isInteger(blackhole)) throw new Error('a surface answered no number');
  return { cells: verdicts.length, timings };
}

interface CellBatch {
  readonly cells: readonly PermissionCell[];
  readonly columns: Columns;
  readonly verdicts: Uint8Array;
  readonly vocabulary: Vocabulary;
}

/** Every request of a surface, a row each. */
function cellBatch(evaluator: Evaluator, { profile: { vocabulary } }: World): CellBatch {
  const cells = permissionCells(vocabulary);
  const { insnCnt: _one, pre: _none, ...columns } = evaluator.makeColumns(cells.length);
  cells.forEach(({ cmd, type, attachType }, row) => {
    columns.cmd[row] = cmd;
    columns.type[row] = type;
    columns.attachType[row] = attachType;
  });
  return { cells, columns, verdicts: evaluator.makeVerdicts(cells.length), vocabulary };
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
      throw new Error(`task ${task}, token ${token}: a surface says otherwise than row ${row} of its cells`);
    }
  });
}
