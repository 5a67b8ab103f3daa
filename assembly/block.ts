// A block of rows in three passes. The first takes sixteen rows at a time and finds those of the slow path (an id past the
// end, a fault, a long program) and the requirement row of each. The second gathers the fields of each row's task, token and
// requirement, row by row, without a branch. The third computes sixteen verdicts at a time; rows of the slow path are then
// decided one by one.

import {
  REQ_ATTACH_AT,
  REQ_BY_COMMAND_CLASS,
  REQ_TYPE_AT,
  WORKSPACE_SCRATCH,
  TASK_LEVEL,
  TOKEN_LEVEL,
  WORLD_REQUIREMENTS,
  WORLD_TOKENS,
} from '../src/abi/memory_layout';
import { requirementHigh, requirementLow, firstRequirements, lastRequirements, saturated } from './requirement_rows';
import { namespaceRelation } from './capable';
import { decide16 } from './decide_vector';
import { hasAll, interleaveHigh, splat, interleaveLow } from './vector';
import { decideSlowRows, NO_VERDICT, slowPathMask } from './slow_rows';
import { attachTypeAt, cmdAt, outAt, taskAt, tokenAt, typeAt } from './row_addresses';

/** Rows of a block: its scratch stays in the fastest cache. */
export const BLOCK_ROWS: u32 = 256;

// The scratch of a block, byte offsets. Written by the first pass:
const TASK: usize = 0; // u32, rows as distances from the first
const TOKEN: usize = 1024; // u32
const REQUIREMENT: usize = 2048; // u32
const SLOW: usize = 3072; // u8, not 0: row of the slow path
// Written by the second pass:
const RELATIONS: usize = 3584; // u32, results of namespaceRelation()
const TASK_FIELDS: usize = 4608; // u32, from TASK_LEVEL on
const TOKEN_FIELDS: usize = 5632; // u32, from TOKEN_LEVEL on
const REQUIREMENT_FIELDS: usize = 6656; // u64
const TYPE_BYTE: usize = 8704; // u8, the byte of the token with the bit of the type
const ATTACH_BYTE: usize = 8960; // u8

/** Decides the rows from `start` on, at most BLOCK_ROWS of them. */
export function decideBlock(workspace: usize, start: usize, rows: u32): void {
  const scratch = workspace + WORKSPACE_SCRATCH;
  for (let i: usize = 0; i < rows; i += 16) classifyRows(workspace, start + i, scratch, i);
  for (let i: usize = 0; i < rows; i += 16) gatherRows(scratch, i);
  for (let i: usize = 0; i < rows; i += 16) {
    const decided = verdicts(scratch, i);
    v128.store(outAt(workspace, start + i), decided);
    const slow = v128.or(v128.load(scratch + i, SLOW), i8x16.eq(decided, splat(NO_VERDICT)));
    if (v128.any_true(slow)) decideSlowRows(workspace, start + i, min<u32>(rows - <u32>i, 16), slow);
  }
}

/** The first pass for sixteen rows: from `row` in the batch, from `i` in the scratch. */
// @ts-ignore: decorator
@inline
function classifyRows(workspace: usize, row: usize, scratch: usize, i: usize): void {
  const tasks = taskAt(workspace, row);
  const tokens = tokenAt(workspace, row);
  const task0 = v128.load(tasks);
  const task1 = v128.load(tasks, 16);
  const token0 = v128.load(tokens);
  const token1 = v128.load(tokens, 16);
  const ids = scratch + (i << 2);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(task0), 3), TASK);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(task0), 3), TASK + 16);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(task1), 3), TASK + 32);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(task1), 3), TASK + 48);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(token0), 5), TOKEN);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(token0), 5), TOKEN + 16);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(token1), 5), TOKEN + 32);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(token1), 5), TOKEN + 48);


  const cmd = saturated(v128.load(cmdAt(workspace, row)));
  const type = saturated(v128.load(typeAt(workspace, row)));
  const attach = saturated(v128.load(attachTypeAt(workspace, row)));
  const high = requirementHigh(cmd, type);
  const low = requirementLow(cmd, type, attach);
  const req0 = firstRequirements(high, low);
  const req1 = lastRequirements(high, low);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(req0), 3), REQUIREMENT);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(req0), 3), REQUIREMENT + 16);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(req1), 3), REQUIREMENT + 32);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(req1), 3), REQUIREMENT + 48);
  v128.store(scratch + i, slowPathMask(workspace, row), SLOW);
}

/** The second pass for sixteen rows. */
// @ts-ignore: decorator
@inline
function gatherRows(scratch: usize, first: usize): void {
  for (let i = first; i < first + 16; i += 4) {
    const words = scratch + (i << 2);
    const longs = scratch + (i << 3);
    gatherRow(words, longs, scratch + i);
    gatherRow(words + 4, longs + 8, scratch + i + 1);
    gatherRow(words + 8, longs + 16, scratch + i + 2);
    gatherRow(words + 12, longs + 24, scratch + i + 3);
  }
}

/** One row; the addresses of its u32, u64 and u8 in the scratch. */
// @ts-ignore: decorator
@inline
function gatherRow(word: usize, long: usize, byte: usize): void {
  const task = load<u32>(word, TASK);
  const token = load<u32>(word, TOKEN);
  const requirement = load<u32>(word, REQUIREMENT);
  store<u32>(word, namespaceRelation(task, token), RELATIONS);
  store<u32>(word, load<u32>(task, TASK_LEVEL), TASK_FIELDS);
  store<u32>(word, load<u32>(token, TOKEN_LEVEL), TOKEN_FIELDS);
  store<u64>(long, load<u64>(requirement, WORLD_REQUIREMENTS), REQUIREMENT_FIELDS);
  store<u8>(byte, load<u8>(<usize>token + <usize>load<u8>(requirement, REQ_TYPE_AT), WORLD_TOKENS), TYPE_BYTE);
  store<u8>(byte, load<u8>(<usize>token + <usize>load<u8>(requirement, REQ_ATTACH_AT), WORLD_TOKENS), ATTACH_BYTE);
}

/** The third pass for sixteen rows: NO_VERDICT where the requirement row has REQ_BY_COMMAND_CLASS. */
// @ts-ignore: decorator
@inline
function verdicts(scratch: usize, i: usize): v128 {
  // Transposes rows of eight bytes to vectors of one field each.
  const rows = scratch + (i << 3);
  const req0 = interleaveLow(v128.load(rows, REQUIREMENT_FIELDS), v128.load(rows, REQUIREMENT_FIELDS + 64));
  const req1 = interleaveHigh(v128.load(rows, REQUIREMENT_FIELDS), v128.load(rows, REQUIREMENT_FIELDS + 64));
  const req2 = interleaveLow(v128.load(rows, REQUIREMENT_FIELDS + 16), v128.load(rows, REQUIREMENT_FIELDS + 80));
  const req3 = interleaveHigh(v128.load(rows, REQUIREMENT_FIELDS + 16), v128.load(rows, REQUIREMENT_FIELDS + 80));
  const req4 = interleaveLow(v128.load(rows, REQUIREMENT_FIELDS + 32), v128.load(rows, REQUIREMENT_FIELDS + 96));
  const req5 = interleaveHigh(v128.load(rows, REQUIREMENT_FIELDS + 32), v128.load(rows, REQUIREMENT_FIELDS + 96));
  const req6 = interleaveLow(v128.load(rows, REQUIREMENT_FIELDS + 48), v128.load(rows, REQUIREMENT_FIELDS + 112));
  const req7 = interleaveHigh(v128.load(rows, REQUIREMENT_FIELDS + 48), v128.load(rows, REQUIREMENT_FIELDS + 112));
  const even23 = interleaveHigh(interleaveLow(req0, req4), interleaveLow(req2, req6));
  const even45 = interleaveLow(interleaveHigh(req0, req4), interleaveHigh(req2, req6));
  const even67 = interleaveHigh(interleaveHigh(req0, req4), interleaveHigh(req2, req6));
  const odd23 = interleaveHigh(interleaveLow(req1, req5), interleaveLow(req3, req7));
  const odd45 = interleaveLow(interleaveHigh(req1, req5), interleaveHigh(req3, req7));
  const odd67 = interleaveHigh(interleaveHigh(req1, req5), interleaveHigh(req3, req7));
  const typeBit = interleaveLow(even23, odd23);
  const attachBit = interleaveHigh(even23, odd23);
  const cmdBits = interleaveLow(even45, odd45);
  const needs = interleaveHigh(even45, odd45);
  const end = interleaveLow(even67, odd67);
  const flags = interleaveHigh(even67, odd67);

  // Fields of tasks and tokens.
  const at = scratch + (i << 2);
  const halves0 = i8x16.narrow_i16x8_s(
    i16x8.eq(v128.load(at, RELATIONS), splat(0)),
    i16x8.eq(v128.load(at, RELATIONS + 16), splat(0)),
  );
  const halves1 = i8x16.narrow_i16x8_s(
    i16x8.eq(v128.load(at, RELATIONS + 32), splat(0)),
    i16x8.eq(v128.load(at, RELATIONS + 48), splat(0)),
  );
  const inside = v128.shuffle<i8>(halves0, halves1, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const owns = v128.shuffle<i8>(halves0, halves1, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  const task0 = interleaveLow(v128.load(at, TASK_FIELDS), v128.load(at, TASK_FIELDS + 32));
  const task1 = interleaveHigh(v128.load(at, TASK_FIELDS), v128.load(at, TASK_FIELDS + 32));
  const task2 = interleaveLow(v128.load(at, TASK_FIELDS + 16), v128.load(at, TASK_FIELDS + 48));
  const task3 = interleaveHigh(v128.load(at, TASK_FIELDS + 16), v128.load(at, TASK_FIELDS + 48));
  const taskEven01 = interleaveLow(interleaveLow(task0, task2), interleaveLow(task1, task3));
  const taskEven23 = interleaveHigh(interleaveLow(task0, task2), interleaveLow(task1, task3));
  const taskOdd01 = interleaveLow(interleaveHigh(task0, task2), interleaveHigh(task1, task3));
  const taskOdd23 = interleaveHigh(interleaveHigh(task0, task2), interleaveHigh(task1, task3));
  const token0 = interleaveLow(v128.load(at, TOKEN_FIELDS), v128.load(at, TOKEN_FIELDS + 32));
  const token1 = interleaveHigh(v128.load(at, TOKEN_FIELDS), v128.load(at, TOKEN_FIELDS + 32));
  const token2 = interleaveLow(v128.load(at, TOKEN_FIELDS + 16), v128.load(at, TOKEN_FIELDS + 48));
  const token3 = interleaveHigh(v128.load(at, TOKEN_FIELDS + 16), v128.load(at, TOKEN_FIELDS + 48));
  const tokenEven01 = interleaveLow(interleaveLow(token0, token2), interleaveLow(token1, token3));
  const tokenEven23 = interleaveHigh(interleaveLow(token0, token2), interleaveLow(token1, token3));
  const tokenOdd01 = interleaveLow(interleaveHigh(token0, token2), interleaveHigh(token1, token3));
  const tokenOdd23 = interleaveHigh(interleaveHigh(token0, token2), interleaveHigh(token1, token3));
  const own = v128.and(inside, i8x16.eq(interleaveLow(taskEven01, taskOdd01), interleaveLow(tokenEven01, tokenOdd01)));
  const there = v128.and(inside, v128.or(interleaveHigh(taskEven01, taskOdd01), owns));
  const initCaps = interleaveLow(taskEven23, taskOdd23);
  const deniedCaps = interleaveHigh(tokenEven01, tokenOdd01);
  const cmds = interleaveLow(tokenEven23, tokenOdd23);
  const typeByte = v128.load(scratch + i, TYPE_BYTE);
  const attachByte = v128.load(scratch + i, ATTACH_BYTE);

  const decided = decide16(
    own,
    there,
    initCaps,
    deniedCaps,
    cmds,
    typeByte,
    attachByte,
    typeBit,
    attachBit,
    cmdBits,
    needs,
    end,
    flags,
  );
  return v128.or(decided, hasAll(flags, splat(REQ_BY_COMMAND_CLASS)));
}
