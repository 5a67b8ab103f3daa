// Rows of a table become requests, a column at a time: what the cells of a column stand for is looked up by number in a
// table of codes; then the columns are put together. Addresses are those of a desk (src/requests/columnar/desk.ts).
// Up to 15 rows past the last are read and written.

import {
  CMD_MAP_CREATE,
  CMD_PROG_LOAD,
  CODE_EMPTY_TYPE,
  CODE_ODD_COUNT,
  CODE_ODD_EXPECT,
  CODE_ODD_TASK,
  CODE_ODD_TOKEN,
  LAST_TYPE,
} from '../src/engine/layout';
import { lanes } from './lanes';

/** Numbers become u32, those below 0 and above 32 bits the largest there is. */
// @ts-ignore: decorator
@inline
function widen<T>(from: usize, to: usize, rows: u32): void {
  for (let row: usize = 0; row < rows; row++) {
    const number = load<T>(from + row * sizeof<T>());
    store<u32>(to + (row << 2), <u32>min<u64>(<u64>(<i64>number), 0xffff_ffff));
  }
}

/** Numbers of so many bytes each, with or without a sign, become u32 as in widen(). */
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

/** The codes of numbers (u32) from a table of type T, which has that of all numbers from `last` on at `last`. */
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

/** The codes of numbers, so many bytes each (1, 2 or 4). */
export function lookUpCodes(bytes: u32, numbers: usize, table: usize, last: u32, to: usize, rows: u32): void {
  if (bytes == 1) lookUp<u8>(numbers, table, last, to, rows);
  else if (bytes == 2) lookUp<u16>(numbers, table, last, to, rows);
  else lookUp<u32>(numbers, table, last, to, rows);
}

/** Where a bit of `valid` (from bit `first` on, a bit a row) is 0, the row's code becomes `code`. */
// @ts-ignore: decorator
@inline
function blank<T>(valid: usize, first: u32, code: T, codes: usize, rows: u32): void {
  for (let row: u32 = 0; row < rows; ) {
    const bit = first + row;
    const byte = <u32>load<u8>(valid + (bit >> 3));
    if ((bit & 7) == 0 && byte == 0xff) {
      row += 8;
      continue;
    }
    if (!((byte >> (bit & 7)) & 1)) store<T>(codes + (row << alignof<T>()), code);
    row += 1;
  }
}

/** blank() of codes of so many bytes each (1, 2 or 4). */
export function blankCodes(bytes: u32, valid: usize, first: u32, code: u32, codes: usize, rows: u32): void {
  if (bytes == 1) blank<u8>(valid, first, <u8>code, codes, rows);
  else if (bytes == 2) blank<u16>(valid, first, <u16>code, codes, rows);
  else blank<u32>(valid, first, code, codes, rows);
}

/**
 * Puts the columns of rows together: `type` becomes the map or program type, and what a command does not read its default.
 * Every row gets a byte at `odd`, not 0 for those with an odd code; answers whether there may be any. 0 for `insnCnt`,
 * `pre` and `expect` where the table has no such column. PROG_ATTACH and LINK_CREATE have other numbers than the rest.
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
  odd: usize,
): bool {
  let any = lanes(0);
  for (let row: usize = 0; row < rows; row += 16) {
    const cmds = v128.load(cmd + row);
    const isLoad = i8x16.eq(cmds, lanes(CMD_PROG_LOAD));
    const isAttach = v128.or(i8x16.eq(cmds, lanes(progAttach)), i8x16.eq(cmds, lanes(linkCreate)));
    const isProg = v128.or(isLoad, isAttach);
    const progTypes = v128.load(progType + row);
    const isDefault = v128.and(isAttach, i8x16.eq(progTypes, lanes(CODE_EMPTY_TYPE)));
    const types = v128.or(
      v128.and(v128.load(mapType + row), i8x16.eq(cmds, lanes(CMD_MAP_CREATE))),
      v128.and(v128.andnot(progTypes, isDefault), isProg),
    );
    const attachTypes = v128.and(v128.load(attachType + row), isProg);
    v128.store(type + row, types);
    v128.store(attachType + row, attachTypes);
    let codes = v128.or(v128.or(cmds, types), attachTypes);
    if (pre) codes = v128.or(codes, v128.load(pre + row));
    let odds = v128.or(i8x16.gt_u(codes, lanes(LAST_TYPE)), oddIds(task + (row << 1), token + (row << 1)));
    if (insnCnt) odds = v128.or(odds, settleCounts(insnCnt + (row << 2), isLoad));
    if (expect) odds = v128.or(odds, equal(expect + (row << 1), CODE_ODD_EXPECT));
    v128.store(odd + row, odds);
    any = v128.or(any, odds);
  }
  return v128.any_true(any);
}

/** Sixteen lanes of 255 where task or token is odd. */
// @ts-ignore: decorator
@inline
function oddIds(task: usize, token: usize): v128 {
  return v128.or(equal(task, CODE_ODD_TASK), equal(token, CODE_ODD_TOKEN));
}

/** Sixteen lanes of 255 where a code of two bytes is this one. */
// @ts-ignore: decorator
@inline
function equal(codes: usize, code: u32): v128 {
  const wanted = i16x8.splat(<i16>code);
  return i8x16.narrow_i16x8_s(i16x8.eq(v128.load(codes), wanted), i16x8.eq(v128.load(codes, 16), wanted));
}

/** Of sixteen counts of instructions, those no command reads become 1; lanes of 255 where one that is read is odd. */
// @ts-ignore: decorator
@inline
function settleCounts(counts: usize, isRead: v128): v128 {
  const halves0 = i16x8.extend_low_i8x16_s(isRead);
  const halves1 = i16x8.extend_high_i8x16_s(isRead);
  const odd0 = settleFour(counts, i32x4.extend_low_i16x8_s(halves0));
  const odd1 = settleFour(counts + 16, i32x4.extend_high_i16x8_s(halves0));
  const odd2 = settleFour(counts + 32, i32x4.extend_low_i16x8_s(halves1));
  const odd3 = settleFour(counts + 48, i32x4.extend_high_i16x8_s(halves1));
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(odd0, odd1), i16x8.narrow_i32x4_s(odd2, odd3));
}

// @ts-ignore: decorator
@inline
function settleFour(counts: usize, isRead: v128): v128 {
  const settled = v128.bitselect(v128.load(counts), i32x4.splat(1), isRead);
  v128.store(counts, settled);
  return i32x4.eq(settled, i32x4.splat(CODE_ODD_COUNT));
}
