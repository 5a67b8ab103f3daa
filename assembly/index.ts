// What TypeScript calls. Nothing here or below allocates or keeps state: every address comes in as an argument.

import { BLOCK_ROWS, decideBlock } from './block';
import { decideHere } from './decide';

/** The verdict byte of one request. */
export function decide(
  world: usize,
  task: u32,
  token: u32,
  cmd: u32,
  type: u32,
  attach: u32,
  insnCnt: u32,
  pre: u32,
): u32 {
  return decideHere(world, task, token, min<u32>(cmd, 255), min<u32>(type, 255), attach, insnCnt, pre);
}

/** The first byte that TypeScript may lay tables out from. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Rows of a batch, one array per column; writes one verdict byte per row, and up to 15 bytes past the last.
 * `scratch` is SCRATCH_SIZE bytes of no one else's.
 */
export function decideBatch(
  world: usize,
  scratch: usize,
  rows: u32,
  task: usize,
  token: usize,
  cmd: usize,
  type: usize,
  attach: usize,
  insnCnt: usize,
  pre: usize,
  out: usize,
): void {
  for (let start: u32 = 0; start < rows; start += BLOCK_ROWS) {
    const at = <usize>start;
    decideBlock(
      world,
      scratch,
      min<u32>(rows - start, BLOCK_ROWS),
      task + (at << 1),
      token + (at << 1),
      cmd + at,
      type + at,
      attach + at,
      insnCnt + (at << 2),
      pre + at,
      out + at,
    );
  }
}
