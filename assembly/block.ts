// A block of rows in three passes. The first looks at sixteen rows at a step: which are odd (an id past the end, a fault,
// a long program) and what each asks. The second fetches what is said of each row's task, token and request, row by row,
// without a branch. The third makes sixteen verdicts at a step of that; the odd rows are then decided one by one.

import {
  ASK_ATTACH_AT,
  ASK_BY_GATE,
  ASK_TYPE_AT,
  PLACE_SCRATCH,
  TASK_LEVEL,
  TOKEN_LEVEL,
  WORLD_ASKS,
  WORLD_TOKENS,
} from '../src/engine/layout';
import { askHalves, askRests, firstAsks, lastAsks, saturated } from './asks';
import { standing } from './capable';
import { judgeLanes } from './judge_lanes';
import { hasAll, high, lanes, low } from './lanes';
import { decideOdd, NO_VERDICT, oddRows } from './odd';
import { attachTypeAt, cmdAt, outAt, taskAt, tokenAt, typeAt } from './rows';

/** Rows of a block: its scratch stays in the fastest cache. */
export const BLOCK_ROWS: u32 = 256;

// The scratch of a block, byte offsets. What the first pass leaves:
const TASK: usize = 0; // u32, rows as distances from the first
const TOKEN: usize = 1024; // u32
const ASK: usize = 2048; // u32
const ODD: usize = 3072; // u8, not 0: to be decided on its own
// And the second:
const STANDS: usize = 3584; // u32, as standing() says
const TASK_SAYS: usize = 4608; // u32, from TASK_LEVEL on
const TOKEN_SAYS: usize = 5632; // u32, from TOKEN_LEVEL on
const ASKED: usize = 6656; // u64
const TYPE_BYTE: usize = 8704; // u8, the byte of a token its type's bit is in
const ATTACH_BYTE: usize = 8960; // u8

/** Decides the rows from `start` on, at most BLOCK_ROWS of them. */
export function decideBlock(place: usize, start: usize, rows: u32): void {
  const scratch = place + PLACE_SCRATCH;
  for (let i: usize = 0; i < rows; i += 16) look(place, start + i, scratch, i);
  for (let i: usize = 0; i < rows; i += 16) fetch(scratch, i);
  for (let i: usize = 0; i < rows; i += 16) {
    const decided = verdicts(scratch, i);
    v128.store(outAt(place, start + i), decided);
    const odd = v128.or(v128.load(scratch + i, ODD), i8x16.eq(decided, lanes(NO_VERDICT)));
    if (v128.any_true(odd)) decideOdd(place, start + i, min<u32>(rows - <u32>i, 16), odd);
  }
}

/** The first pass, of sixteen rows: `row` in the batch, `i` in the scratch. */
// @ts-ignore: decorator
@inline
function look(place: usize, row: usize, scratch: usize, i: usize): void {
  const tasks = taskAt(place, row);
  const tokens = tokenAt(place, row);
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


  const cmd = saturated(v128.load(cmdAt(place, row)));
  const type = saturated(v128.load(typeAt(place, row)));
  const attach = saturated(v128.load(attachTypeAt(place, row)));
  const halves = askHalves(cmd, type);
  const rests = askRests(cmd, type, attach);
  const ask0 = firstAsks(halves, rests);
  const ask1 = lastAsks(halves, rests);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(ask0), 3), ASK);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(ask0), 3), ASK + 16);
  v128.store(ids, i32x4.shl(i32x4.extend_low_i16x8_u(ask1), 3), ASK + 32);
  v128.store(ids, i32x4.shl(i32x4.extend_high_i16x8_u(ask1), 3), ASK + 48);
  v128.store(scratch + i, oddRows(place, row), ODD);
}

/** The second pass, of sixteen rows. */
// @ts-ignore: decorator
@inline
function fetch(scratch: usize, first: usize): void {
  for (let i = first; i < first + 16; i += 4) {
    const words = scratch + (i << 2);
    const longs = scratch + (i << 3);
    fetchRow(words, longs, scratch + i);
    fetchRow(words + 4, longs + 8, scratch + i + 1);
    fetchRow(words + 8, longs + 16, scratch + i + 2);
    fetchRow(words + 12, longs + 24, scratch + i + 3);
  }
}

/** Of one row: where its u32, u64 and u8 are in the scratch. */
// @ts-ignore: decorator
@inline
function fetchRow(word: usize, long: usize, byte: usize): void {
  const task = load<u32>(word, TASK);
  const token = load<u32>(word, TOKEN);
  const ask = load<u32>(word, ASK);
  store<u32>(word, standing(task, token), STANDS);
  store<u32>(word, load<u32>(task, TASK_LEVEL), TASK_SAYS);
  store<u32>(word, load<u32>(token, TOKEN_LEVEL), TOKEN_SAYS);
  store<u64>(long, load<u64>(ask, WORLD_ASKS), ASKED);
  store<u8>(byte, load<u8>(<usize>token + <usize>load<u8>(ask, ASK_TYPE_AT), WORLD_TOKENS), TYPE_BYTE);
  store<u8>(byte, load<u8>(<usize>token + <usize>load<u8>(ask, ASK_ATTACH_AT), WORLD_TOKENS), ATTACH_BYTE);
}

/** The third pass, of sixteen rows: NO_VERDICT where the row of what is asked does not say everything. */
// @ts-ignore: decorator
@inline
function verdicts(scratch: usize, i: usize): v128 {
  // Rows of eight bytes to vectors of one field each.
  const rows = scratch + (i << 3);
  const ask0 = low(v128.load(rows, ASKED), v128.load(rows, ASKED + 64));
  const ask1 = high(v128.load(rows, ASKED), v128.load(rows, ASKED + 64));
  const ask2 = low(v128.load(rows, ASKED + 16), v128.load(rows, ASKED + 80));
  const ask3 = high(v128.load(rows, ASKED + 16), v128.load(rows, ASKED + 80));
  const ask4 = low(v128.load(rows, ASKED + 32), v128.load(rows, ASKED + 96));
  const ask5 = high(v128.load(rows, ASKED + 32), v128.load(rows, ASKED + 96));
  const ask6 = low(v128.load(rows, ASKED + 48), v128.load(rows, ASKED + 112));
  const ask7 = high(v128.load(rows, ASKED + 48), v128.load(rows, ASKED + 112));
  const even23 = high(low(ask0, ask4), low(ask2, ask6));
  const even45 = low(high(ask0, ask4), high(ask2, ask6));
  const even67 = high(high(ask0, ask4), high(ask2, ask6));
  const uneven23 = high(low(ask1, ask5), low(ask3, ask7));
  const uneven45 = low(high(ask1, ask5), high(ask3, ask7));
  const uneven67 = high(high(ask1, ask5), high(ask3, ask7));
  const typeBit = low(even23, uneven23);
  const attachBit = high(even23, uneven23);
  const cmdBits = low(even45, uneven45);
  const needs = high(even45, uneven45);
  const end = low(even67, uneven67);
  const flags = high(even67, uneven67);

  // What is said of tasks and tokens.
  const at = scratch + (i << 2);
  const halves0 = i8x16.narrow_i16x8_s(
    i16x8.eq(v128.load(at, STANDS), lanes(0)),
    i16x8.eq(v128.load(at, STANDS + 16), lanes(0)),
  );
  const halves1 = i8x16.narrow_i16x8_s(
    i16x8.eq(v128.load(at, STANDS + 32), lanes(0)),
    i16x8.eq(v128.load(at, STANDS + 48), lanes(0)),
  );
  const inside = v128.shuffle<i8>(halves0, halves1, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  const owns = v128.shuffle<i8>(halves0, halves1, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  const task0 = low(v128.load(at, TASK_SAYS), v128.load(at, TASK_SAYS + 32));
  const task1 = high(v128.load(at, TASK_SAYS), v128.load(at, TASK_SAYS + 32));
  const task2 = low(v128.load(at, TASK_SAYS + 16), v128.load(at, TASK_SAYS + 48));
  const task3 = high(v128.load(at, TASK_SAYS + 16), v128.load(at, TASK_SAYS + 48));
  const taskEven01 = low(low(task0, task2), low(task1, task3));
  const taskEven23 = high(low(task0, task2), low(task1, task3));
  const taskUneven01 = low(high(task0, task2), high(task1, task3));
  const taskUneven23 = high(high(task0, task2), high(task1, task3));
  const token0 = low(v128.load(at, TOKEN_SAYS), v128.load(at, TOKEN_SAYS + 32));
  const token1 = high(v128.load(at, TOKEN_SAYS), v128.load(at, TOKEN_SAYS + 32));
  const token2 = low(v128.load(at, TOKEN_SAYS + 16), v128.load(at, TOKEN_SAYS + 48));
  const token3 = high(v128.load(at, TOKEN_SAYS + 16), v128.load(at, TOKEN_SAYS + 48));
  const tokenEven01 = low(low(token0, token2), low(token1, token3));
  const tokenEven23 = high(low(token0, token2), low(token1, token3));
  const tokenUneven01 = low(high(token0, token2), high(token1, token3));
  const tokenUneven23 = high(high(token0, token2), high(token1, token3));
  const own = v128.and(inside, i8x16.eq(low(taskEven01, taskUneven01), low(tokenEven01, tokenUneven01)));
  const there = v128.and(inside, v128.or(high(taskEven01, taskUneven01), owns));
  const initCaps = low(taskEven23, taskUneven23);
  const deniedCaps = high(tokenEven01, tokenUneven01);
  const cmds = low(tokenEven23, tokenUneven23);
  const typeByte = v128.load(scratch + i, TYPE_BYTE);
  const attachByte = v128.load(scratch + i, ATTACH_BYTE);

  const decided = judgeLanes(
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
  return v128.or(decided, hasAll(flags, lanes(ASK_BY_GATE)));
}
