// One request to one verdict byte, in the kernel's order of checks. src/kernel is the readable form of the same rules.

import { Outcome, Fault } from '../src/abi/verdict';
import {
  NO_ID,
  REQ_BY_COMMAND_CLASS,
  REQ_FLAGS,
  TASK_SIZE,
  TOKEN_SIZE,
  TYPE_ROWS,
  WORLD_HAS_STANDARD_RULES,
  WORLD_SELINUX,
  WORLD_TASK_COUNT,
  WORLD_TOKEN_COUNT,
} from '../src/abi/memory_layout';
import { decideRow, isSimpleCount, requirementOf } from './decide_core';
import { decideSlowPath } from './decide_slow';
import { underSelinux } from './selinux';

/** The verdict byte of one request. An id out of range has its own verdict; a number past the tables counts as LAST_TYPE. */
// @ts-ignore: decorator
@inline
export function decideHere(
  taskId: u32,
  tokenId: u32,
  cmdGiven: u32,
  typeGiven: u32,
  attachGiven: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  const given = tokenId != NO_ID;
  if (pre == Fault.BAD_ROW) return Outcome.BAD_ROW;
  if (taskId >= load<u32>(WORLD_TASK_COUNT)) return Outcome.NO_SUCH_TASK;
  if (given && tokenId >= load<u32>(WORLD_TOKEN_COUNT)) return Outcome.NO_SUCH_TOKEN;

  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  if (!pre && isSimpleCount(insnCnt) && (cmdGiven | typeGiven | attachGiven) < <u32>TYPE_ROWS) {
    const requirement = requirementOf(cmdGiven, typeGiven, attachGiven);
    if (!(load<u8>(requirement, REQ_FLAGS) & REQ_BY_COMMAND_CLASS)) {
      if (load<u32>(WORLD_HAS_STANDARD_RULES)) return decideRow(task, token, requirement, true) & 0xff;
      const decided = decideRow(task, token, requirement, false) & 0xff;
      return load<u32>(WORLD_SELINUX) ? underSelinux(decided, task, token, cmdGiven) : decided;
    }
  }
  const decided = decideSlowPath(task, token, given, cmdGiven, typeGiven, attachGiven, insnCnt, pre);
  return load<u32>(WORLD_SELINUX) ? underSelinux(decided, task, token, cmdGiven) : decided;
}
