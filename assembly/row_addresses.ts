// The addresses of a batch's columns, kept in its workspace.

import { WORKSPACE_ROWS_AT } from '../src/abi/memory_layout';

const TASK: usize = WORKSPACE_ROWS_AT;
const TOKEN: usize = WORKSPACE_ROWS_AT + 4;
const CMD: usize = WORKSPACE_ROWS_AT + 8;
const TYPE: usize = WORKSPACE_ROWS_AT + 12;
const ATTACH_TYPE: usize = WORKSPACE_ROWS_AT + 16;
const INSN_CNT: usize = WORKSPACE_ROWS_AT + 20;
const PRE: usize = WORKSPACE_ROWS_AT + 24;
const OUT: usize = WORKSPACE_ROWS_AT + 28;

/** Stores the addresses of the first row's fields. `insnCnt` 0: one instruction in every row; `pre` 0: no faults. */
export function setRows(
  workspace: usize,
  task: usize,
  token: usize,
  cmd: usize,
  type: usize,
  attachType: usize,
  insnCnt: usize,
  pre: usize,
  out: usize,
): void {
  store<u32>(workspace, <u32>task, TASK);
  store<u32>(workspace, <u32>token, TOKEN);
  store<u32>(workspace, <u32>cmd, CMD);
  store<u32>(workspace, <u32>type, TYPE);
  store<u32>(workspace, <u32>attachType, ATTACH_TYPE);
  store<u32>(workspace, <u32>insnCnt, INSN_CNT);
  store<u32>(workspace, <u32>pre, PRE);
  store<u32>(workspace, <u32>out, OUT);
}

// The address of a field of a row.

// @ts-ignore: decorator
@inline
export function taskAt(workspace: usize, row: usize): usize {
  return <usize>load<u32>(workspace, TASK) + (row << 1);
}

// @ts-ignore: decorator
@inline
export function tokenAt(workspace: usize, row: usize): usize {
  return <usize>load<u32>(workspace, TOKEN) + (row << 1);
}

// @ts-ignore: decorator
@inline
export function cmdAt(workspace: usize, row: usize): usize {
  return <usize>load<u32>(workspace, CMD) + row;
}

// @ts-ignore: decorator
@inline
export function typeAt(workspace: usize, row: usize): usize {
  return <usize>load<u32>(workspace, TYPE) + row;
}

// @ts-ignore: decorator
@inline
export function attachTypeAt(workspace: usize, row: usize): usize {
  return <usize>load<u32>(workspace, ATTACH_TYPE) + row;
}

// @ts-ignore: decorator
@inline
export function outAt(workspace: usize, row: usize): usize {
  return <usize>load<u32>(workspace, OUT) + row;
}

/** 0 where the column is missing. */
// @ts-ignore: decorator
@inline
export function insnCntAt(workspace: usize, row: usize): usize {
  const column = <usize>load<u32>(workspace, INSN_CNT);
  return column ? column + (row << 2) : 0;
}

/** 0 where the column is missing. */
// @ts-ignore: decorator
@inline
export function preAt(workspace: usize, row: usize): usize {
  const column = <usize>load<u32>(workspace, PRE);
  return column ? column + row : 0;
}

/** Task and token of a row as one number. */
// @ts-ignore: decorator
@inline
export function principalKeyOf(workspace: usize, row: usize): u32 {
  return <u32>load<u16>(taskAt(workspace, row)) | (<u32>load<u16>(tokenAt(workspace, row)) << 16);
}
