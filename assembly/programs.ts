// What the verifier withholds from programs that requests load: after a batch is decided, of its rows that name a program.

import { Disposition, DISPOSITION_SHIFT, Outcome, OUTCOME_MASK } from '../src/abi/verdict';
import {
  CAPS_ALL,
  CAPS_SYS_ADMIN,
  CMD_PROG_LOAD,
  NEEDS_IMPOSSIBLE,
  NEEDS_INIT_SYS_ADMIN,
  NO_PROGRAM,
  PROGRAM_ATTACH_TYPE,
  PROGRAM_HELPER_NEEDS,
  PROGRAM_LIBERTY_NEEDS,
  PROGRAM_SIZE,
  PROGRAM_TYPE,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_SIZE,
  WORLD_PROGRAM_COUNT,
} from '../src/abi/memory_layout';
import { capableThrough, namespaceRelation } from './capable';
import { toBit } from './branchless';

/**
 * What a program cannot have that a task loads, as CAPS_* and NEEDS_*, whether it needs it or not. `verdict` is that of the load: it
 * says whether the program keeps the token.
 */
export function missingForProgram(taskId: u32, tokenId: u32, verdict: u32): u32 {
  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  const keepsToken = toBit(verdict >> DISPOSITION_SHIFT == Disposition.USED);
  const capable = capableThrough(task, token, namespaceRelation(task, token), keepsToken, false);
  const isInitAdmin = toBit((load<u8>(task, TASK_INIT_CAPS) & CAPS_SYS_ADMIN) != 0);
  return (~capable & CAPS_ALL) | ((isInitAdmin ^ 1) * NEEDS_INIT_SYS_ADMIN) | NEEDS_IMPOSSIBLE;
}

/**
 * Decides what rows with a program still need, after their verdicts are written: a load that is allowed stays so, or the verifier
 * withholds something. Writes what is missing for each row (CAPS_* and NEEDS_*, 0 for nothing) to `withheld`. A row whose program
 * does not exist, or is of other types, is a bad row. Addresses of columns as decideBatch() has them.
 */
export function withholdPrograms(
  rows: u32,
  task: usize,
  token: usize,
  cmd: usize,
  type: usize,
  attachType: usize,
  program: usize,
  out: usize,
  withheld: usize,
): void {
  const programs = load<u32>(WORLD_PROGRAM_COUNT);
  for (let row: u32 = 0; row < rows; row++) {
    store<u8>(withheld + row, 0);
    const id: u32 = load<u16>(program + (row << 1));
    if (id == NO_PROGRAM || load<u8>(cmd + row) != CMD_PROG_LOAD) continue;
    const at = id * PROGRAM_SIZE;
    if (
      id >= programs ||
      load<u8>(at, PROGRAM_TYPE) != load<u8>(type + row) ||
      load<u8>(at, PROGRAM_ATTACH_TYPE) != load<u8>(attachType + row)
    ) {
      store<u8>(out + row, Outcome.BAD_ROW);
      continue;
    }
    const verdict: u32 = load<u8>(out + row);
    if ((verdict & OUTCOME_MASK) != Outcome.ALLOWED) continue;
    const missing = missingForProgram(load<u16>(task + (row << 1)), load<u16>(token + (row << 1)), verdict);
    const helpers = load<u8>(at, PROGRAM_HELPER_NEEDS) & missing;
    const liberties = load<u8>(at, PROGRAM_LIBERTY_NEEDS) & missing;
    if (!(helpers | liberties)) continue;
    const outcome: u32 = helpers ? Outcome.HELPER_NOT_OFFERED : Outcome.LIBERTY_NOT_GRANTED;
    store<u8>(out + row, <u8>((verdict & ~OUTCOME_MASK) | outcome));
    store<u8>(withheld + row, <u8>(helpers | liberties));
  }
}
