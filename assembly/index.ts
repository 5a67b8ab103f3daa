// What TypeScript calls. Nothing here or below allocates or keeps state: tables and places lie where layout.ts says.

import { Pre } from '../src/abi/verdict';
import { BLOCK_ROWS, decideBlock } from './block';
import { decideHere } from './decide';
import { decideHeld, hasIds, holderOf, isHeld, writeRunTable } from './run';
import { setRows } from './rows';

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
  // Whose table of a run is written.
  let isWritten = false;
  let holder: u32 = 0;
  for (let start: u32 = 0; start < rows; start += BLOCK_ROWS) {
    const left = rows - start;
    const first = holderOf(place, start);
    if (left >= BLOCK_ROWS && first == holderOf(place, start + BLOCK_ROWS - 1) && isHeld(place, start, BLOCK_ROWS)) {
      const isKnown = isWritten && holder == first;
      // A table is worth its while from two blocks on.
      const isLong = left >= 2 * BLOCK_ROWS && first == holderOf(place, start + 2 * BLOCK_ROWS - 1);
      if (!isKnown && isLong && hasIds(place, start)) {
        writeRunTable(place, start);
        isWritten = true;
        holder = first;
      }
      if (isWritten && holder == first) {
        decideHeld(place, start, BLOCK_ROWS);
        continue;
      }
    }
    decideBlock(place, start, min<u32>(left, BLOCK_ROWS));
  }
}
