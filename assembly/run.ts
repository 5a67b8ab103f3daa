// Many rows of one task and token: the verdict of everything such a row can ask is worked out once, a byte each, and then
// looked up.

import { OUTCOME_MASK } from '../src/abi/verdict';
import {
  ASK_ATTACH_AT,
  ASK_ATTACH_BIT,
  ASK_BY_GATE,
  ASK_HALF_MAP_CREATE,
  ASK_SIZE,
  COLUMN_CMD_BITS,
  COLUMN_END,
  COLUMN_FLAGS,
  COLUMN_MAP_CREATE,
  COLUMN_NEEDS,
  COLUMN_ROWS,
  COLUMN_TYPE_AT,
  COLUMN_TYPE_BIT,
  PLACE_SCRATCH,
  TABLE,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_ATTACHS,
  TOKEN_CMDS,
  TOKEN_DENIED_CAPS,
  TOKEN_MAPS,
  TOKEN_SIZE,
  TYPE_ROWS,
  WORLD_ENDS,
  WORLD_TOKENS,
} from '../src/engine/layout';
import { BLOCK_ROWS } from './block';
import { capsThere, isOwnUserns, standing } from './capable';
import { judgeLanes } from './judge_lanes';
import { hasAll, lanes } from './lanes';
import { outAt } from './rows';
import { mayHaveFaults, NO_VERDICT } from './odd';
import { ASKS, decideOddOf, stepAt, writeAsks } from './stretch';

// Where a run's things are in a scratch, past those of a block and TABLE.
const ANSWERS: usize = 20736; // u8, what programs of a type get whose attach type the token allows
const REFUSALS: usize = 20800; // u8, and whose attach type it does not

/** Works out the table of a task and a token, which exist; NO_ID for no token. */
export function writeRunTable(place: usize, taskId: usize, tokenId: usize): void {
  const scratch = place + PLACE_SCRATCH;
  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  const stands = standing(task, token);
  const own = lanes(0 - isOwnUserns(task, token, stands));
  const there = lanes(capsThere(task, stands));
  const initCaps = v128.load_splat<u8>(task, TASK_INIT_CAPS);
  const deniedCaps = v128.load_splat<u8>(token, TOKEN_DENIED_CAPS);
  const cmds = v128.load_splat<u8>(token, TOKEN_CMDS);
  const types = v128.load(token, TOKEN_MAPS);
  for (let n: usize = 0; n < <usize>COLUMN_ROWS; n += 16) {
    const typeByte = i8x16.swizzle(types, v128.load(n, COLUMN_TYPE_AT));
    const typeBit = v128.load(n, COLUMN_TYPE_BIT);
    const cmdBits = v128.load(n, COLUMN_CMD_BITS);
    const needs = v128.load(n, COLUMN_NEEDS);
    const end = v128.load(n, COLUMN_END);
    const flags = v128.load(n, COLUMN_FLAGS);
    // prettier-ignore
    const answers = judgeLanes(own, there, initCaps, deniedCaps, cmds, typeByte, lanes(1), typeBit, lanes(1), cmdBits, needs, end, flags);
    if (n >= <usize>COLUMN_MAP_CREATE) {
      const odd = hasAll(flags, lanes(ASK_BY_GATE));
      v128.store(scratch + n, v128.or(answers, odd), TABLE + ASK_HALF_MAP_CREATE * TYPE_ROWS - COLUMN_MAP_CREATE);
    } else {
      v128.store(scratch + n, answers, ANSWERS);
      // prettier-ignore
      const refusals = judgeLanes(own, there, initCaps, deniedCaps, cmds, typeByte, lanes(0), typeBit, lanes(1), cmdBits, needs, end, flags);
      v128.store(scratch + n, refusals, REFUSALS);
    }
  }
  writePrograms(scratch, token);
}

/** The table's rows of PROG_LOAD: for each type, sixteen attach types at a step. */
// @ts-ignore: decorator
@inline
function writePrograms(scratch: usize, token: usize): void {
  const attachs = v128.load64_zero(token, TOKEN_ATTACHS);
  const allowed0 = spread(attachs, 0);
  const allowed1 = spread(attachs, 2);
  const allowed2 = spread(attachs, 4);
  const allowed3 = spread(attachs, 6);
  for (let type: usize = 0; type < <usize>TYPE_ROWS; ++type) {
    const answer = v128.load_splat<u8>(scratch + type, ANSWERS);
    const refusal = v128.load_splat<u8>(scratch + type, REFUSALS);
    const row = type << 6;
    v128.store(scratch + row, programs(v128.bitselect(answer, refusal, allowed0), row), TABLE);
    v128.store(scratch + row, programs(v128.bitselect(answer, refusal, allowed1), row + 16), TABLE + 16);
    v128.store(scratch + row, programs(v128.bitselect(answer, refusal, allowed2), row + 32), TABLE + 32);
    v128.store(scratch + row, programs(v128.bitselect(answer, refusal, allowed3), row + 48), TABLE + 48);
    // Attach type 0 may mean another one, whose verdict it then has.
    const byte = <u32>load<u8>(row * ASK_SIZE, ASK_ATTACH_AT) - (TOKEN_ATTACHS - WORLD_TOKENS);
    const meant = (byte << 3) + ctz<u32>(load<u8>(row * ASK_SIZE, ASK_ATTACH_BIT));
    store<u8>(scratch + row, load<u8>(scratch + row + meant, TABLE), TABLE);
  }
}

/** Sixteen bits of a mask, two bytes from `byte` on, as lanes of 255 and 0. */
// @ts-ignore: decorator
@inline
function spread(mask: v128, byte: u32): v128 {
  const first = v128.bitselect(lanes(byte), lanes(byte + 1), i64x2(-1, 0));
  return hasAll(i8x16.swizzle(mask, first), i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128));
}

/** Verdicts of the column's end become those of the row's, which knows whether the attach type fits. */
// @ts-ignore: decorator
@inline
function programs(verdicts: v128, row: usize): v128 {
  const decided = i8x16.ne(v128.and(verdicts, lanes(OUTCOME_MASK)), lanes(OUTCOME_MASK));
  return v128.and(verdicts, v128.or(v128.load(row, WORLD_ENDS), decided));
}

/** Looks up the rows of a run from `first` to before `end`, at least sixteen. */
export function decideByTable(place: usize, first: usize, end: usize): void {
  for (let row = first; row < end; row += BLOCK_ROWS) {
    const stop = min<usize>(row + BLOCK_ROWS, end);
    lookUp(place, min<usize>(row, stop - 16), stop);
  }
}

/** At most a block of them. */
function lookUp(place: usize, first: usize, end: usize): void {
  const scratch = place + PLACE_SCRATCH;
  let odd = lanes(mayHaveFaults(place) ? 1 : 0);
  writeAsks(place, scratch, first, end);
  const out = outAt(place, 0);
  for (let row = first; row < end; row += 16) {
    const decided = byAsks(scratch + TABLE, scratch + ((row - first) << 1));
    v128.store(out + stepAt(row, end), decided);
    odd = v128.or(odd, i8x16.eq(decided, lanes(NO_VERDICT)));
  }
  if (v128.any_true(odd)) decideOddOf(place, first, end);
}

/** Bytes that a table has for what sixteen rows ask. Lane by lane: bytes written one by one could only be read after a wait. */
// @ts-ignore: decorator
@inline
function byAsks(table: usize, asks: usize): v128 {
  return v128.shuffle<i64>(byEightAsks(table, asks), byEightAsks(table, asks + 16), 0, 2);
}

// @ts-ignore: decorator
@inline
function byEightAsks(table: usize, asks: usize): v128 {
  let bytes = i64x2(0, 0);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS), bytes, 0);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS + 2), bytes, 1);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS + 4), bytes, 2);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS + 6), bytes, 3);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS + 8), bytes, 4);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS + 10), bytes, 5);
  bytes = v128.load_lane<u8>(table + load<u16>(asks, ASKS + 12), bytes, 6);
  return v128.load_lane<u8>(table + load<u16>(asks, ASKS + 14), bytes, 7);
}
