// Rows that are not decided sixteen at a step.

import {
  HAS_INSN_CNT,
  HAS_PRE,
  PLACE_ATTACH_TYPE,
  PLACE_CMD,
  PLACE_INSN_CNT,
  PLACE_OUT,
  PLACE_PRE,
  PLACE_TASK,
  PLACE_TOKEN,
  PLACE_TYPE,
} from '../src/engine/layout';
import { BPF_MAXINSNS, decideHere } from './decide';
import { lanes } from './lanes';

/** Decides the odd ones of sixteen rows of a place, those whose lane of `odd` is not 0. `has` as decideBatch() has it. */
export function decideOdd(place: usize, first: usize, rows: u32, odd: v128, has: u32): void {
  let left = i8x16.bitmask(i8x16.ne(odd, lanes(0))) & ((1 << rows) - 1);
  while (left) {
    const row = first + ctz(left);
    left &= left - 1;
    const pair = place + (row << 1);
    const byte = place + row;
    const verdict = decideHere(
      load<u16>(pair, PLACE_TASK),
      load<u16>(pair, PLACE_TOKEN),
      load<u8>(byte, PLACE_CMD),
      load<u8>(byte, PLACE_TYPE),
      load<u8>(byte, PLACE_ATTACH_TYPE),
      has & HAS_INSN_CNT ? load<u32>(place + (row << 2), PLACE_INSN_CNT) : 1,
      has & HAS_PRE ? <u32>load<u8>(byte, PLACE_PRE) : 0,
    );
    store<u8>(byte, <u8>verdict, PLACE_OUT);
  }
}

/** Lanes that are not 0 for the rows of sixteen that have a fault or a long program. */
// @ts-ignore: decorator
@inline
export function faultyRows(place: usize, first: usize, has: u32): v128 {
  let odd = lanes(0);
  if (has & HAS_PRE) odd = v128.load(place + first, PLACE_PRE);
  if (has & HAS_INSN_CNT) odd = v128.or(odd, longPrograms(place + (first << 2)));
  return odd;
}

/** Sixteen lanes that are not 0 where isPlainCount() is false. */
// @ts-ignore: decorator
@inline
function longPrograms(at: usize): v128 {
  const one = i32x4.splat(1);
  const most = i32x4.splat(BPF_MAXINSNS);
  const long0 = i32x4.ge_u(i32x4.sub(v128.load(at, PLACE_INSN_CNT), one), most);
  const long1 = i32x4.ge_u(i32x4.sub(v128.load(at, PLACE_INSN_CNT + 16), one), most);
  const long2 = i32x4.ge_u(i32x4.sub(v128.load(at, PLACE_INSN_CNT + 32), one), most);
  const long3 = i32x4.ge_u(i32x4.sub(v128.load(at, PLACE_INSN_CNT + 48), one), most);
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(long0, long1), i16x8.narrow_i32x4_s(long2, long3));
}
