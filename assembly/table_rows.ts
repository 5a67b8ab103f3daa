// Turns rows of a table into requests, column by column: the numbers of a column's cells are looked up in a table of codes,
// then the columns are assembled. Addresses are those of a decode buffer (src/tables/columnar/decode_buffer.ts). Up to 15 rows
// past the last are read and written.

import { OUTCOME_MASK } from '../src/abi/verdict';
import {
  CMD_MAP_CREATE,
  CMD_PROG_LOAD,
  CODE_EMPTY_TYPE,
  CODE_UNRESOLVED_COUNT,
  CODE_UNRESOLVED_EXPECT,
  CODE_UNRESOLVED_TASK,
  CODE_UNRESOLVED_TOKEN,
  LAST_TYPE,
} from '../src/abi/memory_layout';
import { splat } from './vector';

/** Numbers to u32; those below 0 and above 32 bits become 0xffffffff. */
// @ts-ignore: decorator
@inline
function widen<T>(from: usize, to: usize, rows: u32): void {
  for (let row: usize = 0; row < rows; row++) {
    const number = load<T>(from + row * sizeof<T>());
    store<u32>(to + (row << 2), <u32>min<u64>(<u64>(<i64>number), 0xffff_ffff));
  }
}

/** Numbers of `bytes` bytes each (1, 2, 4 or 8) to u32, as in widen(). */
export function widenNumbers(bytes: u32, isSigned: bool, from: usize, to: usize, rows: u32): void {
  if (bytes == 1) {
    if (isSigned) widen<i8>(from, to, rows);
    else widen<u8>(from, to, rows);
  } else if (bytes == 2) {
    if (isSigned) widen<i16>(from, to, rows);
    else widen<u16>(from, to, rows);
  } else if (bytes == 4) {
    if (isSigned) widen<i32>(from, to, rows);
    else widen<u32>(from, to, rows);
  } else if (isSigned) widen<i64>(from, to, rows);
  else widen<u64>(from, to, rows);
}

/** The codes of numbers (u32) from a table of type T; its entry `last` is the code of all numbers from `last` on. */
// @ts-ignore: decorator
@inline
function lookUp<T>(numbers: usize, table: usize, last: u32, to: usize, rows: u32): void {
  const most = i32x4.splat(last);
  for (let row: usize = 0; row < rows; row += 4) {
    const at = i32x4.shl(i32x4.min_u(v128.load(numbers + (row << 2)), most), alignof<T>());
    const out = to + (row << alignof<T>());
    store<T>(out, load<T>(table + <usize>i32x4.extract_lane(at, 0)));
    store<T>(out, load<T>(table + <usize>i32x4.extract_lane(at, 1)), sizeof<T>());
    store<T>(out, load<T>(table + <usize>i32x4.extract_lane(at, 2)), 2 * sizeof<T>());
    store<T>(out, load<T>(table + <usize>i32x4.extract_lane(at, 3)), 3 * sizeof<T>());
  }
}

/** The largest table, in entries, for lookUpShort(). */
const SHORT_TABLE: u32 = 80;

/** The same for a table of bytes that fits in five vectors, as those of enumerations do; sixteen rows at a time. */
function lookUpShort(numbers: usize, table: usize, last: u32, to: usize, rows: u32): void {
  const most = i32x4.splat(last);
  const table0 = v128.load(table);
  const table1 = v128.load(table, 16);
  const table2 = v128.load(table, 32);
  const table3 = v128.load(table, 48);
  const table4 = v128.load(table, 64);
  for (let row: usize = 0; row < rows; row += 16) {
    const from = numbers + (row << 2);
    const at0 = i32x4.min_u(v128.load(from), most);
    const at1 = i32x4.min_u(v128.load(from, 16), most);
    const at2 = i32x4.min_u(v128.load(from, 32), most);
    const at3 = i32x4.min_u(v128.load(from, 48), most);
    const at = i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_u(at0, at1), i16x8.narrow_i32x4_u(at2, at3));
    // A lane past a vector's end is 0: one of the five vectors has the entry.
    const first = v128.or(i8x16.swizzle(table0, at), i8x16.swizzle(table1, i8x16.sub(at, splat(16))));
    const second = v128.or(
      i8x16.swizzle(table2, i8x16.sub(at, splat(32))),
      i8x16.swizzle(table3, i8x16.sub(at, splat(48))),
    );
    const third = i8x16.swizzle(table4, i8x16.sub(at, splat(64)));
    v128.store(to + row, v128.or(v128.or(first, second), third));
  }
}

/** The codes of numbers, `bytes` bytes each (1, 2 or 4). */
export function lookUpCodes(bytes: u32, numbers: usize, table: usize, last: u32, to: usize, rows: u32): void {
  if (bytes == 1 && last < SHORT_TABLE) lookUpShort(numbers, table, last, to, rows);
  else if (bytes == 1) lookUp<u8>(numbers, table, last, to, rows);
  else if (bytes == 2) lookUp<u16>(numbers, table, last, to, rows);
  else lookUp<u32>(numbers, table, last, to, rows);
}

/** Sixteen lanes of 255 where a bit, from bit `first` on, is 0. */
// @ts-ignore: decorator
@inline
function unset(bits: usize, first: u32): v128 {
  const sixteen = i16x8.splat(<i16>(load<u32>(bits + (first >> 3)) >> (first & 7)));
  const bytes = i8x16.swizzle(sixteen, i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  return i8x16.eq(v128.and(bytes, i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128)), splat(0));
}

/**
 * Where a bit of `valid`, from bit `first` on, is 0, the row's code becomes `code`. Codes have `bytes` bytes each (1, 2 or
 * 4).
 */
export function fillNullCodes(bytes: u32, valid: usize, first: u32, code: u32, codes: usize, rows: u32): void {
  for (let row: u32 = 0; row < rows; row += 16) {
    const isEmpty = unset(valid, first + row);
    if (!v128.any_true(isEmpty)) continue;
    const at = codes + row * bytes;
    if (bytes == 1) {
      put(at, 0, i8x16.splat(<i8>code), isEmpty);
    } else if (bytes == 2) {
      put(at, 0, i16x8.splat(<i16>code), i16x8.extend_low_i8x16_s(isEmpty));
      put(at, 16, i16x8.splat(<i16>code), i16x8.extend_high_i8x16_s(isEmpty));
    } else {
      const half0 = i16x8.extend_low_i8x16_s(isEmpty);
      const half1 = i16x8.extend_high_i8x16_s(isEmpty);
      put(at, 0, i32x4.splat(code), i32x4.extend_low_i16x8_s(half0));
      put(at, 16, i32x4.splat(code), i32x4.extend_high_i16x8_s(half0));
      put(at, 32, i32x4.splat(code), i32x4.extend_low_i16x8_s(half1));
      put(at, 48, i32x4.splat(code), i32x4.extend_high_i16x8_s(half1));
    }
  }
}

/** Overwrites the lanes that `isHere` selects. */
// @ts-ignore: decorator
@inline
function put(address: usize, offset: usize, value: v128, isHere: v128): void {
  v128.store(address + offset, v128.bitselect(value, v128.load(address + offset), isHere));
}

/**
 * Assembles the columns of rows: `type` becomes the map or program type, and fields that a command does not read become their
 * defaults. Every row gets a byte at `slow`, not 0 for a row with an unresolved code; returns whether there is any. `insnCnt`,
 * `pre` and `expect` are 0 where the table has no such column. `progAttach` and `linkCreate` are the numbers of these commands.
 */
export function joinCodes(
  rows: u32,
  progAttach: u32,
  linkCreate: u32,
  task: usize,
  token: usize,
  cmd: usize,
  mapType: usize,
  progType: usize,
  attachType: usize,
  insnCnt: usize,
  pre: usize,
  expect: usize,
  type: usize,
  slow: usize,
): bool {
  let any = splat(0);
  for (let row: usize = 0; row < rows; row += 16) {
    const cmds = v128.load(cmd + row);
    const isLoad = i8x16.eq(cmds, splat(CMD_PROG_LOAD));
    const isAttach = v128.or(i8x16.eq(cmds, splat(progAttach)), i8x16.eq(cmds, splat(linkCreate)));
    const isProg = v128.or(isLoad, isAttach);
    const progTypes = v128.load(progType + row);
    const isDefault = v128.and(isAttach, i8x16.eq(progTypes, splat(CODE_EMPTY_TYPE)));
    const types = v128.or(
      v128.and(v128.load(mapType + row), i8x16.eq(cmds, splat(CMD_MAP_CREATE))),
      v128.and(v128.andnot(progTypes, isDefault), isProg),
    );
    const attachTypes = v128.and(v128.load(attachType + row), isProg);
    v128.store(type + row, types);
    v128.store(attachType + row, attachTypes);
    let codes = v128.or(v128.or(cmds, types), attachTypes);
    if (pre) codes = v128.or(codes, v128.load(pre + row));
    let unresolved = v128.or(i8x16.gt_u(codes, splat(LAST_TYPE)), unresolvedIds(task + (row << 1), token + (row << 1)));
    if (insnCnt) unresolved = v128.or(unresolved, resolveCounts(insnCnt + (row << 2), isLoad));
    if (expect) unresolved = v128.or(unresolved, equal(expect + (row << 1), CODE_UNRESOLVED_EXPECT));
    v128.store(slow + row, unresolved);
    any = v128.or(any, unresolved);
  }
  return v128.any_true(any);
}

/** Sixteen lanes of 255 where task or token is unresolved. */
// @ts-ignore: decorator
@inline
function unresolvedIds(task: usize, token: usize): v128 {
  return v128.or(equal(task, CODE_UNRESOLVED_TASK), equal(token, CODE_UNRESOLVED_TOKEN));
}

/** Sixteen lanes of 255 where a two-byte code equals `code`. */
// @ts-ignore: decorator
@inline
function equal(codes: usize, code: u32): v128 {
  const wanted = i16x8.splat(<i16>code);
  return i8x16.narrow_i16x8_s(i16x8.eq(v128.load(codes), wanted), i16x8.eq(v128.load(codes, 16), wanted));
}

/** Sets those of sixteen instruction counts that no command reads to 1; lanes of 255 where one that is read is unresolved. */
// @ts-ignore: decorator
@inline
function resolveCounts(counts: usize, hasReader: v128): v128 {
  const halves0 = i16x8.extend_low_i8x16_s(hasReader);
  const halves1 = i16x8.extend_high_i8x16_s(hasReader);
  const unresolved0 = resolveFour(counts, i32x4.extend_low_i16x8_s(halves0));
  const unresolved1 = resolveFour(counts + 16, i32x4.extend_high_i16x8_s(halves0));
  const unresolved2 = resolveFour(counts + 32, i32x4.extend_low_i16x8_s(halves1));
  const unresolved3 = resolveFour(counts + 48, i32x4.extend_high_i16x8_s(halves1));
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(unresolved0, unresolved1), i16x8.narrow_i32x4_s(unresolved2, unresolved3));
}

// @ts-ignore: decorator
@inline
function resolveFour(counts: usize, hasReader: v128): v128 {
  const resolved = v128.bitselect(v128.load(counts), i32x4.splat(1), hasReader);
  v128.store(counts, resolved);
  return i32x4.eq(resolved, i32x4.splat(CODE_UNRESOLVED_COUNT));
}

/**
 * Counts rows: by task and outcome in u32 at `byTask` (task * 32 + outcome, tasks from `unknown` on as one), by verdict in four
 * times 256 u32 at `byVerdict`, so that rows of one verdict do not wait for each other.
 */
export function countVerdicts(rows: u32, task: usize, verdicts: usize, unknown: u32, byTask: usize, byVerdict: usize): void {
  let row: usize = 0;
  for (; row + 4 <= rows; row += 4) {
    countRow(task + (row << 1), verdicts + row, unknown, byTask, byVerdict);
    countRow(task + (row << 1) + 2, verdicts + row + 1, unknown, byTask, byVerdict + 1024);
    countRow(task + (row << 1) + 4, verdicts + row + 2, unknown, byTask, byVerdict + 2048);
    countRow(task + (row << 1) + 6, verdicts + row + 3, unknown, byTask, byVerdict + 3072);
  }
  for (; row < rows; row++) countRow(task + (row << 1), verdicts + row, unknown, byTask, byVerdict);
}

// @ts-ignore: decorator
@inline
function countRow(taskAt: usize, verdictAt: usize, unknown: u32, byTask: usize, byVerdict: usize): void {
  const verdict = <u32>load<u8>(verdictAt);
  const count = byTask + (((min<u32>(<u32>load<u16>(taskAt), unknown) << 5) | (verdict & OUTCOME_MASK)) << 2);
  store<u32>(count, load<u32>(count) + 1);
  const sum = byVerdict + (verdict << 2);
  store<u32>(sum, load<u32>(sum) + 1);
}
