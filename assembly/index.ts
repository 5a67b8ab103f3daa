// What TypeScript calls. Nothing here or below allocates or keeps state: tables and places lie where layout.ts says.

import { Pre } from '../src/abi/verdict';
import { PLACE_SCRATCH } from '../src/engine/layout';
import { decideRows, decideRowsInBlocks } from './batch';
import { decideHere } from './decide';
import { setRows } from './rows';
import { surfaceOf } from './surface';
import { writeVerdicts } from './verdicts';

export { blankCodes, countVerdicts, joinCodes, lookUpCodes, widenNumbers } from './table_rows';

/** The verdict byte of one request. */
export function decide(task: u32, token: u32, cmd: u32, type: u32, attach: u32, insnCnt: u32, pre: u32): u32 {
  return decideHere(task, token, cmd, type, attach, insnCnt, pre);
}

/** The same of a request with one instruction and nothing wrong with it. */
export function decideIds(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
  return decideHere(task, token, cmd, type, attach, 1, Pre.NONE);
}

/** Takes what decideIds() takes and does nothing: what a call costs. */
export function nothing(task: u32, token: u32, cmd: u32, type: u32, attach: u32): u32 {
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
  place: usize,
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
  setRows(place, task, token, cmd, type, attachType, insnCnt, pre, out);
  decideRows(place, rows);
}

/** The same without looking for runs: what choosing a way costs is seen beside it. */
export function decideBatchInBlocks(
  place: usize,
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
  setRows(place, task, token, cmd, type, attachType, insnCnt, pre, out);
  decideRowsInBlocks(place, rows);
}

/** All that a task may do with a token (NO_ID for none), written to the scratch of a place, OUT_SIZE bytes. */
export function decideSurface(place: usize, task: u32, token: u32): void {
  surfaceOf(task, token, place + PLACE_SCRATCH);
}

/** Every verdict of a task and a token, written to the scratch of a place from TABLE on, TABLE_SIZE bytes. */
export function decideAll(place: usize, task: u32, token: u32): void {
  writeVerdicts(place, task, token);
}
