import { NO_PROGRAM } from '../src/abi/memory_layout.js';
import { type Columns, createProgramColumn, rowOf } from '../src/engine/columns.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import { RandomSource } from '../src/fuzz/random_source.js';
import { Model } from '../src/kernel/model.js';
import { LIBERTY_NAMES } from '../src/kernel/verifier/liberties.js';
import type { ProgramSpec } from '../src/kernel/verifier/program_needs.js';
import { HELPER_COUNT } from '../src/kernel/verifier/program_rules.js';
import type { World } from '../src/kernel/world.js';
import { residentCopy } from './batches.js';
import { candidate, interleave, moreRounds, type SamplingPlan, type Timing } from './measure.js';
import { MAX_ROWS } from './workloads.js';

/** Names of candidates in results. */
export const NO_COLUMN = 'no column of programs';
export const EMPTY_COLUMN = 'a column that names none';
export const HALF_NAMED = 'half of the rows name one';
export const ALL_NAMED = 'all rows name one';

const PROGRAMS = 64;
/** Rows that the model is asked. */
const VERIFIED = 20_000;

/**
 * Times batches of which no, half of the or all rows name a program, each with its types. First compares the verdicts of some rows
 * with the model's: throws an Error where they differ.
 */
export function timePrograms(world: World, requests: Columns, seed: number, sampling: SamplingPlan): Timing[] {
  const rows = Math.min(requests.task.length, MAX_ROWS);
  const random = new RandomSource(seed);
  const programs = programsOf(world, random);
  const loading = loads(world, requests, rows, programs, random);
  const evaluator = createEvaluator({ ...world, programs });
  const out = evaluator.createVerdicts(rows);
  const { program: named, ...without } = loading;
  const resident = residentCopy(evaluator, without);
  evaluator.decideBatch({ ...resident, program: named }, out);
  verify({ ...world, programs }, loading, out);
  const half = named.map((id, row) => (row % 2 ? id : NO_PROGRAM));
  const columns: readonly (readonly [name: string, columns: Columns])[] = [
    [NO_COLUMN, resident],
    [EMPTY_COLUMN, { ...resident, program: createProgramColumn(rows) }],
    [HALF_NAMED, { ...resident, program: half }],
    [ALL_NAMED, { ...resident, program: named }],
  ];
  const candidates = columns.map(([name, batch]) => candidate(name, rows, () => evaluator.decideBatch(batch, out)));
  return interleave(candidates, moreRounds(sampling));
}

/** Programs of many types, each with a few helpers and liberties. */
function programsOf({ profile: { vocabulary } }: World, random: RandomSource): ProgramSpec[] {
  return Array.from({ length: PROGRAMS }, (_, id) => ({
    name: `program-${id}`,
    progType: 1 + random.below(vocabulary.count.prog_types - 1),
    attachType: random.below(vocabulary.count.attach_types),
    helpers: Array.from({ length: random.below(8) }, () => 1 + random.below(HELPER_COUNT)),
    liberties: Array.from({ length: random.below(3) }, () => random.pick(LIBERTY_NAMES)),
    isGpl: true,
    isSleepable: false,
  }));
}

/** The tasks and tokens of requests, each loading one of the programs. */
function loads(
  { profile: { vocabulary } }: World,
  { task, token }: Columns,
  rows: number,
  programs: readonly ProgramSpec[],
  random: RandomSource,
) {
  const program = createProgramColumn(rows);
  const [cmd, type, attachType] = [new Uint8Array(rows), new Uint8Array(rows), new Uint8Array(rows)];
  cmd.fill(vocabulary.require('cmds', 'prog_load'));
  for (let row = 0; row < rows; row++) {
    const id = random.below(programs.length);
    program[row] = id;
    type[row] = programs[id]?.progType as number;
    attachType[row] = programs[id]?.attachType as number;
  }
  return { task: task.subarray(0, rows), token: token.subarray(0, rows), cmd, type, attachType, program };
}

function verify(world: World, columns: Columns, verdicts: Uint8Array): void {
  const model = new Model(world);
  const step = Math.max(1, Math.floor(verdicts.length / VERIFIED));
  for (let row = 0; row < verdicts.length; row += step) {
    const expected = model.ask(rowOf(columns, row, world.programs));
    if (verdicts[row] !== expected)
      throw new Error(`row ${row}: the verdict is ${verdicts[row]}, the model's ${expected}`);
  }
}
