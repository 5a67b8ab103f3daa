// Every verdict of one task and token: the table of a run, completed by the slow path.

import { Fault } from '../src/abi/verdict';
import {
  REQ_HIGH_OTHERS,
  CMD_LINK_CREATE,
  CMD_PROG_ATTACH,
  NO_ID,
  WORKSPACE_SCRATCH,
  PROG_TYPE_CGROUP_SKB,
  TABLE,
  TABLE_LINK_CREATE,
  TABLE_PROG_ATTACH,
  TABLE_SIZE,
  TYPE_ROWS,
  WORLD_TASK_COUNT,
  WORLD_TOKEN_COUNT,
} from '../src/abi/memory_layout';
import { decideHere } from './decide';
import { NO_VERDICT } from './slow_rows';
import { writeRunTable } from './long_run';

/** Writes the verdicts of a task and a token (NO_ID for none) to the scratch of a workspace. */
export function writePermissionTable(workspace: usize, task: u32, token: u32): void {
  const table = workspace + WORKSPACE_SCRATCH + TABLE;
  if (task >= load<u32>(WORLD_TASK_COUNT) || (token != NO_ID && token >= load<u32>(WORLD_TOKEN_COUNT))) {
    memory.fill(table, <u8>one(task, token, 0, 0, 0), TABLE_SIZE);
    return;
  }
  writeRunTable(workspace, task, token);
  for (let n: u32 = 0; n < <u32>TYPE_ROWS; ++n) {
    const other = table + REQ_HIGH_OTHERS * TYPE_ROWS + n;
    if (load<u8>(other) == NO_VERDICT) store<u8>(other, <u8>one(task, token, n, 0, 0));
    store<u8>(table + n, <u8>one(task, token, CMD_PROG_ATTACH, PROG_TYPE_CGROUP_SKB, n), TABLE_PROG_ATTACH);
    store<u8>(table + n, <u8>one(task, token, CMD_LINK_CREATE, PROG_TYPE_CGROUP_SKB, n), TABLE_LINK_CREATE);
  }
}

function one(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return decideHere(task, token, cmd, type, attach, 1, Fault.NONE);
}
