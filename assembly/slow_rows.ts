// Rows of the slow path, which are decided one by one.

import { NO_ID, WORLD_TASK_COUNT, WORLD_TOKEN_COUNT } from '../src/abi/memory_layout';
import { decideHere } from './decide';
import { BPF_MAXINSNS } from './decide_core';
import { splat } from './vector';
import { attachTypeAt, cmdAt, insnCntAt, outAt, preAt, taskAt, tokenAt, typeAt } from './row_addresses';

/** In place of a verdict where the requirement row has REQ_BY_COMMAND_CLASS. No verdict has this byte. */
export const NO_VERDICT: u32 = 255;

/** Decides those of sixteen rows whose lane of `slow` is not 0. */
export function decideSlowRows(workspace: usize, first: usize, rows: u32, slow: v128): void {
  let left = i8x16.bitmask(i8x16.ne(slow, splat(0))) & ((1 << rows) - 1);
  while (left) {
    const row = first + ctz(left);
    left &= left - 1;
    decideOne(workspace, row);
  }
}

/** Decides every row of a batch one by one, and writes nothing past the last. */
export function decideEachRow(workspace: usize, rows: u32): void {
  for (let row: usize = 0; row < rows; ++row) decideOne(workspace, row);
}

function decideOne(workspace: usize, row: usize): void {
  const insnCnt = insnCntAt(workspace, row);
  const pre = preAt(workspace, row);
  const verdict = decideHere(
    load<u16>(taskAt(workspace, row)),
    load<u16>(tokenAt(workspace, row)),
    load<u8>(cmdAt(workspace, row)),
    load<u8>(typeAt(workspace, row)),
    load<u8>(attachTypeAt(workspace, row)),
    insnCnt ? load<u32>(insnCnt) : 1,
    pre ? <u32>load<u8>(pre) : 0,
  );
  store<u8>(outAt(workspace, row), <u8>verdict);
}

/** Sixteen lanes that are not 0 for rows with an id that does not exist, a fault or a long program. */
// @ts-ignore: decorator
@inline
export function slowPathMask(workspace: usize, first: usize): v128 {
  const tasks = taskAt(workspace, first);
  const tokens = tokenAt(workspace, first);
  const past0 = v128.or(pastTasks(v128.load(tasks)), pastTokens(v128.load(tokens)));
  const past1 = v128.or(pastTasks(v128.load(tasks, 16)), pastTokens(v128.load(tokens, 16)));
  return v128.or(i8x16.narrow_i16x8_s(past0, past1), faultyRows(workspace, first));
}

// @ts-ignore: decorator
@inline
function pastTasks(ids: v128): v128 {
  return i16x8.ge_u(ids, i16x8.splat(<i16>load<u32>(WORLD_TASK_COUNT)));
}

// @ts-ignore: decorator
@inline
function pastTokens(ids: v128): v128 {
  const isPast = i16x8.ge_u(ids, i16x8.splat(<i16>load<u32>(WORLD_TOKEN_COUNT)));
  return v128.andnot(isPast, i16x8.eq(ids, i16x8.splat(<i16>NO_ID)));
}

/** Whether a batch has a column for faults or instruction counts. */
// @ts-ignore: decorator
@inline
export function mayHaveFaults(workspace: usize): boolean {
  return (preAt(workspace, 0) | insnCntAt(workspace, 0)) != 0;
}

/** Sixteen lanes that are not 0 for rows with a fault or a long program. */
// @ts-ignore: decorator
@inline
export function faultyRows(workspace: usize, first: usize): v128 {
  let slow = splat(0);
  const pres = preAt(workspace, first);
  if (pres) slow = v128.load(pres);
  const insnCnts = insnCntAt(workspace, first);
  if (insnCnts) slow = v128.or(slow, longPrograms(insnCnts));
  return slow;
}

/** Sixteen lanes that are not 0 where isSimpleCount() is false. */
// @ts-ignore: decorator
@inline
function longPrograms(insnCnts: usize): v128 {
  const one = i32x4.splat(1);
  const most = i32x4.splat(BPF_MAXINSNS);
  const long0 = i32x4.ge_u(i32x4.sub(v128.load(insnCnts), one), most);
  const long1 = i32x4.ge_u(i32x4.sub(v128.load(insnCnts, 16), one), most);
  const long2 = i32x4.ge_u(i32x4.sub(v128.load(insnCnts, 32), one), most);
  const long3 = i32x4.ge_u(i32x4.sub(v128.load(insnCnts, 48), one), most);
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(long0, long1), i16x8.narrow_i32x4_s(long2, long3));
}
