// The module's exports. No function allocates or keeps state: tables and workspaces are at the addresses of memory_layout.ts.

import { Fault } from '../src/abi/verdict';
import { WORKSPACE_SCRATCH } from '../src/abi/memory_layout';
import { decideRows, decideRowsInBlocks } from './batch';
import { decideHere } from './decide';
import { setRows } from './row_addresses';
import { permissionSetOf } from './permission_set';
import { writePermissionTable } from './permission_table';

export { missingForProgram, withholdPrograms } from './programs';
export { fillNullCodes, countVerdicts, joinCodes, lookUpCodes, widenNumbers } from './table_rows';
export { readCsvRows, readNdjsonRows } from './read_rows';
export { putSpelling } from './spellings';
export { writeTextRows } from './text_rows';
export { gatherNumbers, mapNumbers, writeHybrid } from './page_values';
export { writeCounts, writeIds, writeNames, writeRowNumbers, writeWords } from './output_rows';

/** The verdict byte of one request. */
export function decide(task: u32, token: u32, cmd: u32, type: u32, attach: u32, insnCnt: u32, pre: u32): u32 {
  return decideHere(task, token, cmd, type, attach, insnCnt, pre);
}

/** The same for a request with one instruction and no fault. */
export function decideIds(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return decideHere(task, token, cmd, type, attach, 1, Fault.NONE);
}

/** Takes the parameters of decideIds() and does nothing, to measure the cost of a call. */
export function noop(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return 0;
}

/** The first byte that the module does not use: no table may begin below it. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Decides a batch by the addresses of its columns: writes a verdict byte for each row, and up to 15 bytes past the last.
 * `insnCnt` is 0 where every row has one instruction, `pre` is 0 where no row has a fault.
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

/** The same without the search for runs, to measure its cost. */
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

/** Writes the permission set of a task and a token (NO_ID for none) to the scratch of a workspace, OUT_SIZE bytes. */
export function decidePermissionSet(workspace: usize, task: u32, token: u32): void {
  permissionSetOf(task, token, workspace + WORKSPACE_SCRATCH);
}

/** Writes every verdict of a task and a token to the scratch of a workspace from TABLE on, TABLE_SIZE bytes. */
export function decidePermissionTable(workspace: usize, task: u32, token: u32): void {
  writePermissionTable(workspace, task, token);
}
