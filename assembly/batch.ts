// A batch. Consecutive rows of one task and token are a run; runs of sixteen rows or more have code of their own. The rows
// between runs are decided in blocks.

import { NO_ID, WORLD_SELINUX, WORLD_TASK_COUNT, WORLD_TOKEN_COUNT } from '../src/abi/memory_layout';
import { BLOCK_ROWS, decideBlock } from './block';
import { principalKeyOf, taskAt, tokenAt } from './row_addresses';
import { decideByTable, writeRunTable } from './long_run';
import { decideShortRun } from './short_run';
import { decideEachRow } from './slow_rows';

/** Rows from which a run is decided by a table. */
const TABLE_ROWS: u32 = 3072;
/** A longer run is decided in pieces, so that its rows are still in cache. */
const PIECE_ROWS: u32 = 4096;
/** The task of no table: no task has this id. */
const NO_PRINCIPAL: u32 = 0xffffffff;

/** Decides a batch whose columns setRows() named. */
export function decideRows(workspace: usize, rows: u32): void {
  if (load<u32>(WORLD_SELINUX)) {
    decideEachRow(workspace, rows);
    return;
  }
  // The task and token of the table that is written.
  let principal = NO_PRINCIPAL;
  // Rows from `start` to before `row` are not yet decided; they go into blocks.
  let start: u32 = 0;
  let row: u32 = 0;
  const tasks = taskAt(workspace, 0);
  while (row + 16 <= rows) {
    row = nextSameTask(tasks, row, min<u32>(start + BLOCK_ROWS, rows - 15));
    if (row == start + BLOCK_ROWS) {
      decideBlock(workspace, start, BLOCK_ROWS);
      start = row;
      continue;
    }
    if (row + 16 > rows) break;
    if (!isRun(workspace, row) || !hasIds(workspace, row)) {
      row += 16;
      continue;
    }
    if (start < row) decideBlock(workspace, start, row - start);
    const end = endOfRun(workspace, row, min<u32>(rows, row + PIECE_ROWS));
    const first = principalKeyOf(workspace, row);
    if (principal != first && end - row >= TABLE_ROWS) {
      writeRunTable(workspace, first & 0xffff, first >> 16);
      principal = first;
    }
    if (principal == first) decideByTable(workspace, row, end);
    else decideShortRun(workspace, row, end);
    start = end;
    row = end;
  }
  decideRest(workspace, start, rows);
}

/** The same in blocks only, to measure the cost of the search for runs. */
export function decideRowsInBlocks(workspace: usize, rows: u32): void {
  let start: u32 = 0;
  for (; start + BLOCK_ROWS <= rows; start += BLOCK_ROWS) decideBlock(workspace, start, BLOCK_ROWS);
  decideRest(workspace, start, rows);
}

/** The last rows, fewer than BLOCK_ROWS + 16. Nothing is written past them unless the batch has fewer than sixteen rows. */
function decideRest(workspace: usize, start: u32, rows: u32): void {
  const whole = (rows - start) & ~15;
  if (whole) decideBlock(workspace, start, whole);
  if (start + whole == rows) return;
  if (rows < 16) decideBlock(workspace, 0, rows);
  else decideBlock(workspace, rows - 16, 16);
}

/**
 * From `row` on in steps of sixteen: the first row whose task is that of the fifteenth row after it, else a number from
 * `stop` on. This rejects most rows outside of runs with one comparison.
 */
// @ts-ignore: decorator
@inline
function nextSameTask(tasks: usize, row: u32, stop: u32): u32 {
  let next = row;
  for (; next < stop; next += 16) {
    const at = tasks + (next << 1);
    if (load<u16>(at) == load<u16>(at, 30)) break;
  }
  return next;
}

/** Whether the sixteen rows from a row on have the same task and token. */
// @ts-ignore: decorator
@inline
function isRun(workspace: usize, row: u32): boolean {
  return sameAs(taskAt(workspace, row), tokenAt(workspace, row), principalKeyOf(workspace, row)) == 0xffff;
}

/** Whether the ids of a row exist. */
// @ts-ignore: decorator
@inline
function hasIds(workspace: usize, row: u32): boolean {
  const token: u32 = load<u16>(tokenAt(workspace, row));
  const isToken = token < load<u32>(WORLD_TOKEN_COUNT) || token == NO_ID;
  return isToken && <u32>load<u16>(taskAt(workspace, row)) < load<u32>(WORLD_TASK_COUNT);
}

/** The first row before `stop` with another task or token than `row`, which begins sixteen equal ones; or `stop`. */
function endOfRun(workspace: usize, first: u32, stop: u32): u32 {
  const tasks = taskAt(workspace, 0);
  const tokens = tokenAt(workspace, 0);
  const principal = principalKeyOf(workspace, first);
  for (let row = first + 16; row < stop; row += 16) {
    const same = sameAs(tasks + (row << 1), tokens + (row << 1), principal);
    if (same != 0xffff) return min<u32>(stop, row + ctz(~same));
  }
  return stop;
}

/** A bit for each of sixteen rows: whether it has this task and token. */
// @ts-ignore: decorator
@inline
function sameAs(tasks: usize, tokens: usize, principal: u32): u32 {
  const task = i16x8.splat(<i16>principal);
  const token = i16x8.splat(<i16>(principal >> 16));
  const same = i8x16.narrow_i16x8_s(
    v128.and(i16x8.eq(v128.load(tasks), task), i16x8.eq(v128.load(tokens), token)),
    v128.and(i16x8.eq(v128.load(tasks, 16), task), i16x8.eq(v128.load(tokens, 16), token)),
  );
  return i8x16.bitmask(same);
}
