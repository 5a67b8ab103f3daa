// Long runs: the verdicts of all requests of the task and token are computed once, a byte each; rows then look theirs up.

import { OUTCOME_MASK } from '../src/abi/verdict';
import {
  REQ_ATTACH_AT,
  REQ_ATTACH_BIT,
  REQ_BY_COMMAND_CLASS,
  REQ_HIGH_MAP_CREATE,
  REQ_SIZE,
  COLUMN_CMD_BITS,
  COLUMN_OUTCOME_IF_CAPABLE,
  COLUMN_FLAGS,
  COLUMN_MAP_CREATE,
  COLUMN_NEEDS,
  COLUMN_ROWS,
  COLUMN_TYPE_AT,
  COLUMN_TYPE_BIT,
  WORKSPACE_SCRATCH,
  TABLE,
  TASK_INIT_CAPS,
  TASK_SIZE,
  TOKEN_ATTACHS,
  TOKEN_CMDS,
  TOKEN_DENIED_CAPS,
  TOKEN_MAPS,
  TOKEN_SIZE,
  TYPE_ROWS,
  WORLD_OUTCOMES_IF_CAPABLE,
  WORLD_TOKENS,
} from '../src/abi/memory_layout';
import { BLOCK_ROWS } from './block';
import { capsInTokenUserns, isOwnUserns, namespaceRelation } from './capable';
import { decide16 } from './decide_vector';
import { hasAll, splat } from './vector';
import { outAt } from './row_addresses';
import { mayHaveFaults, NO_VERDICT } from './slow_rows';
import { REQUIREMENTS, decideSlowRowsOf, stepAt, writeRequirements } from './run_segment';

// The scratch of a run, past that of a block and TABLE.
const ANSWERS: usize = 20736; // u8, by program type: the verdict where the token allows the attach type
const REFUSALS: usize = 20800; // u8, by program type: the verdict where it does not

/** Computes the table of a task and a token, which must exist; NO_ID for no token. */
export function writeRunTable(workspace: usize, taskId: usize, tokenId: usize): void {
  const scratch = workspace + WORKSPACE_SCRATCH;
  const task = taskId * TASK_SIZE;
  const token = tokenId * TOKEN_SIZE;
  const relation = namespaceRelation(task, token);
  const own = splat(0 - isOwnUserns(task, token, relation));
  const there = splat(capsInTokenUserns(task, relation));
  const initCaps = v128.load_splat<u8>(task, TASK_INIT_CAPS);
  const deniedCaps = v128.load_splat<u8>(token, TOKEN_DENIED_CAPS);
  const cmds = v128.load_splat<u8>(token, TOKEN_CMDS);
  const types = v128.load(token, TOKEN_MAPS);
  for (let n: usize = 0; n < <usize>COLUMN_ROWS; n += 16) {
    const typeByte = i8x16.swizzle(types, v128.load(n, COLUMN_TYPE_AT));
    const typeBit = v128.load(n, COLUMN_TYPE_BIT);
    const cmdBits = v128.load(n, COLUMN_CMD_BITS);
    const needs = v128.load(n, COLUMN_NEEDS);
    const end = v128.load(n, COLUMN_OUTCOME_IF_CAPABLE);
    const flags = v128.load(n, COLUMN_FLAGS);
    // prettier-ignore
    const answers = decide16(own, there, initCaps, deniedCaps, cmds, typeByte, splat(1), typeBit, splat(1), cmdBits, needs, end, flags);
    if (n >= <usize>COLUMN_MAP_CREATE) {
      const slow = hasAll(flags, splat(REQ_BY_COMMAND_CLASS));
      v128.store(scratch + n, v128.or(answers, slow), TABLE + REQ_HIGH_MAP_CREATE * TYPE_ROWS - COLUMN_MAP_CREATE);
    } else {
      v128.store(scratch + n, answers, ANSWERS);
      // prettier-ignore
      const refusals = decide16(own, there, initCaps, deniedCaps, cmds, typeByte, splat(0), typeBit, splat(1), cmdBits, needs, end, flags);
      v128.store(scratch + n, refusals, REFUSALS);
    }
  }
  writePrograms(scratch, token);
}

/** The table's rows of PROG_LOAD: for each type, sixteen attach types at a time. */
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
    // Attach type 0 can stand for another one; it then has the verdict of that.
    const byte = <u32>load<u8>(row * REQ_SIZE, REQ_ATTACH_AT) - (TOKEN_ATTACHS - WORLD_TOKENS);
    const effective = (byte << 3) + ctz<u32>(load<u8>(row * REQ_SIZE, REQ_ATTACH_BIT));
    store<u8>(scratch + row, load<u8>(scratch + row + effective, TABLE), TABLE);
  }
}

/** Sixteen bits of a mask, from byte `byte` on, as lanes of 255 and 0. */
// @ts-ignore: decorator
@inline
function spread(mask: v128, byte: u32): v128 {
  const first = v128.bitselect(splat(byte), splat(byte + 1), i64x2(-1, 0));
  return hasAll(i8x16.swizzle(mask, first), i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128));
}

/** Replaces the column's placeholder outcome by that of the row, which depends on whether the attach type fits. */
// @ts-ignore: decorator
@inline
function programs(verdicts: v128, row: usize): v128 {
  const decided = i8x16.ne(v128.and(verdicts, splat(OUTCOME_MASK)), splat(OUTCOME_MASK));
  return v128.and(verdicts, v128.or(v128.load(row, WORLD_OUTCOMES_IF_CAPABLE), decided));
}

/** Looks up the rows of a run from `first` to before `end`, at least sixteen. */
export function decideByTable(workspace: usize, first: usize, end: usize): void {
  for (let row = first; row < end; row += BLOCK_ROWS) {
    const stop = min<usize>(row + BLOCK_ROWS, end);
    lookUp(workspace, min<usize>(row, stop - 16), stop);
  }
}

/** Looks up at most a block of rows. */
function lookUp(workspace: usize, first: usize, end: usize): void {
  const scratch = workspace + WORKSPACE_SCRATCH;
  let slow = splat(mayHaveFaults(workspace) ? 1 : 0);
  writeRequirements(workspace, scratch, first, end);
  const out = outAt(workspace, 0);
  for (let row = first; row < end; row += 16) {
    const decided = byRequirements(scratch + TABLE, scratch + ((row - first) << 1));
    v128.store(out + stepAt(row, end), decided);
    slow = v128.or(slow, i8x16.eq(decided, splat(NO_VERDICT)));
  }
  if (v128.any_true(slow)) decideSlowRowsOf(workspace, first, end);
}

/** The bytes of a table for sixteen rows. Lane by lane: a load of bytes stored one by one would wait for the stores. */
// @ts-ignore: decorator
@inline
function byRequirements(table: usize, requirements: usize): v128 {
  return v128.shuffle<i64>(byEightRequirements(table, requirements), byEightRequirements(table, requirements + 16), 0, 2);
}

// @ts-ignore: decorator
@inline
function byEightRequirements(table: usize, requirements: usize): v128 {
  let bytes = i64x2(0, 0);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS), bytes, 0);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 2), bytes, 1);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 4), bytes, 2);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 6), bytes, 3);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 8), bytes, 4);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 10), bytes, 5);
  bytes = v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 12), bytes, 6);
  return v128.load_lane<u8>(table + load<u16>(requirements, REQUIREMENTS + 14), bytes, 7);
}
