// Where the rows of a batch lie, one address a column, kept in the place that decides them.

import { PLACE_ROWS_AT } from '../src/engine/layout';

const TASK: usize = PLACE_ROWS_AT;
const TOKEN: usize = PLACE_ROWS_AT + 4;
const CMD: usize = PLACE_ROWS_AT + 8;
const TYPE: usize = PLACE_ROWS_AT + 12;
const ATTACH_TYPE: usize = PLACE_ROWS_AT + 16;
const INSN_CNT: usize = PLACE_ROWS_AT + 20;
const PRE: usize = PLACE_ROWS_AT + 24;
const OUT: usize = PLACE_ROWS_AT + 28;

/** Keeps the addresses of the first row's fields. 0 for `insnCnt`: one instruction each; for `pre`: no faults. */
export function setRows(
  place: usize,
  task: usize,
  token: usize,
  cmd: usize,
  type: usize,
  attachType: usize,
  insnCnt: usize,
  pre: usize,
  out: usize,
): void {
  store<u32>(place, <u32>task, TASK);
  store<u32>(place, <u32>token, TOKEN);
  store<u32>(place, <u32>cmd, CMD);
  store<u32>(place, <u32>type, TYPE);
  store<u32>(place, <u32>attachType, ATTACH_TYPE);
  store<u32>(place, <u32>insnCnt, INSN_CNT);
  store<u32>(place, <u32>pre, PRE);
  store<u32>(place, <u32>out, OUT);
}

// The address of a row's field.

// @ts-ignore: decorator
@inline
export function taskAt(place: usize, row: usize): usize {
  return <usize>load<u32>(place, TASK) + (row << 1);
}

// @ts-ignore: decorator
@inline
export function tokenAt(place: usize, row: usize): usize {
  return <usize>load<u32>(place, TOKEN) + (row << 1);
}

// @ts-ignore: decorator
@inline
export function cmdAt(place: usize, row: usize): usize {
  return <usize>load<u32>(place, CMD) + row;
}

// @ts-ignore: decorator
@inline
export function typeAt(place: usize, row: usize): usize {
  return <usize>load<u32>(place, TYPE) + row;
}

// @ts-ignore: decorator
@inline
export function attachTypeAt(place: usize, row: usize): usize {
  return <usize>load<u32>(place, ATTACH_TYPE) + row;
}

// @ts-ignore: decorator
@inline
export function outAt(place: usize, row: usize): usize {
  return <usize>load<u32>(place, OUT) + row;
}

/** 0 where there is no such column. */
// @ts-ignore: decorator
@inline
export function insnCntAt(place: usize, row: usize): usize {
  const column = <usize>load<u32>(place, INSN_CNT);
  return column ? column + (row << 2) : 0;
}

/** 0 where there is no such column. */
// @ts-ignore: decorator
@inline
export function preAt(place: usize, row: usize): usize {
  const column = <usize>load<u32>(place, PRE);
  return column ? column + row : 0;
}

/** Task and token of a row as one number. */
// @ts-ignore: decorator
@inline
export function holderOf(place: usize, row: usize): u32 {
  return <u32>load<u16>(taskAt(place, row)) | (<u32>load<u16>(tokenAt(place, row)) << 16);
}
