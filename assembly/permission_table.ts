// Every verdict of one task and token: the table of a run, completed by the slow path.

import { Fault } from '../src/abi/verdict';
import {
  REQ_HIGH_MAP_CREATE,
  REQ_HIGH_OTHERS,
  CMD_LINK_CREATE,
  CMD_MAP_CREATE,
  CMD_PROG_ATTACH,
  CMD_PROG_LOAD,
  NO_ID,
  WORKSPACE_SCRATCH,
  PROG_TYPE_CGROUP_SKB,
  TABLE,
  TABLE_LINK_CREATE,
  TABLE_PROG_ATTACH,
  TABLE_SIZE,
  TYPE_ROWS,
  WORLD_SELINUX,
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
  if (load<u32>(WORLD_SELINUX)) writeEachVerdict(table, task, token);
  else writeRunTable(workspace, task, token);
  for (let n: u32 = 0; n < <u32>TYPE_ROWS; ++n) {
    const other = table + REQ_HIGH_OTHERS * TYPE_ROWS + n;
    if (load<u8>(other) == NO_VERDICT) store<u8>(other, <u8>one(task, token, n, 0, 0));
    store<u8>(table + n, <u8>one(task, token, CMD_PROG_ATTACH, PROG_TYPE_CGROUP_SKB, n), TABLE_PROG_ATTACH);
    store<u8>(table + n, <u8>one(task, token, CMD_LINK_CREATE, PROG_TYPE_CGROUP_SKB, n), TABLE_LINK_CREATE);
  }
}

/** The verdicts of every requirement row, one by one. */
function writeEachVerdict(table: usize, task: u32, token: u32): void {
  for (let type: u32 = 0; type < <u32>TYPE_ROWS; ++type) {
    for (let attach: u32 = 0; attach < <u32>TYPE_ROWS; ++attach) {
      store<u8>(table + type * TYPE_ROWS + attach, <u8>one(task, token, CMD_PROG_LOAD, type, attach));
    }
    store<u8>(table + REQ_HIGH_MAP_CREATE * TYPE_ROWS + type, <u8>one(task, token, CMD_MAP_CREATE, type, 0));
    store<u8>(table + REQ_HIGH_OTHERS * TYPE_ROWS + type, <u8>one(task, token, type, 0, 0));
  }
}

function one(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return decideHere(task, token, cmd, type, attach, 1, Fault.NONE);
}
