// What TypeScript calls. Nothing here or below allocates or keeps state: tables and places lie where layout.ts says.

import { Fault } from '../src/abi/verdict';
import { WORKSPACE_SCRATCH } from '../src/abi/memory_layout';
import { decideRows, decideRowsInBlocks } from './batch';
import { decideHere } from './decide';
import { setRows } from './row_addresses';
import { permissionSetOf } from './permission_set';
import { writePermissionTable } from './permission_table';

export { fillNullCodes, countVerdicts, joinCodes, lookUpCodes, widenNumbers } from './table_rows';

/** The verdict byte of one request. */
export function decide(task: u32, token: u32, cmd: u32, type: u32, attach: u32, insnCnt: u32, pre: u32): u32 {
  return decideHere(task, token, cmd, type, attach, insnCnt, pre);
}

/** The same of a request with one instruction and nothing wrong with it. */
export function decideIds(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return decideHere(task, token, cmd, type, attach, 1, Fault.NONE);
}

/** Takes what decideIds() takes and does nothing: what a call costs. */
export function noop(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return 0;
}

/** The first byte that the module leaves to the tables: none may lie below. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * A batch whose columns lie at these addresses, decided from a place: writes a verdict byte for each row, and up to 15 bytes
 * past the last. 0 for `insnCnt` where every row has one instruction, 0 for `pre` where nothing is wrong with any.
 */
export function decideBatch(
  workspace: usize,
  rows: u32,
  task: usize,
  token: usize,
  cmd: usize,
  type: usize,
  attachType: usize,
  insnCnt: usize,
  pre: usize,
  out: usize,
): void {
  setRows(workspace, task, token, cmd, type, attachType, insnCnt, pre, out);
  decideRows(workspace, rows);
}

/** The same without looking for runs: what choosing a way costs is seen beside it. */
export function decideBatchInBlocks(
  workspace: usize,
  rows: u32,
  task: usize,
  token: usize,
  cmd: usize,
  type: usize,
  attachType: usize,
  insnCnt: usize,
  pre: usize,
  out: usize,
): void {
  setRows(workspace, task, token, cmd, type, attachType, insnCnt, pre, out);
  decideRowsInBlocks(workspace, rows);
}

/** All that a task may do with a token (NO_ID for none), written to the scratch of a place, OUT_SIZE bytes. */
export function decidePermissionSet(workspace: usize, task: u32, token: u32): void {
  permissionSetOf(task, token, workspace + WORKSPACE_SCRATCH);
}

/** Every verdict of a task and a token, written to the scratch of a place from TABLE on, TABLE_SIZE bytes. */
export function decidePermissionTable(workspace: usize, task: u32, token: u32): void {
  writePermissionTable(workspace, task, token);
}
