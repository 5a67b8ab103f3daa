// What TypeScript calls. Nothing here or below allocates or keeps state: every address comes in as an argument.

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

/** Rows of a batch, one array per column; writes one verdict byte per row. */
export function decideBatch(
  world: usize,
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
  for (let i: u32 = 0; i < rows; ++i) {
    const answer = decideHere(
      world,
      load<u16>(task + ((<usize>i) << 1)),
      load<u16>(token + ((<usize>i) << 1)),
      load<u8>(cmd + i),
      load<u8>(type + i),
      load<u8>(attach + i),
      load<u32>(insnCnt + ((<usize>i) << 2)),
      load<u8>(pre + i),
    );
    store<u8>(out + i, <u8>answer);
  }
}
