// Turns decided rows into the cells of output columns, sixteen rows at a time: a number each, and a bit for each cell that is
// not empty. Addresses are those of an encode buffer (src/tables/columnar/encode_buffer.ts). Up to 15 rows past the last are
// read and written. The number in an empty cell is 0. Each function returns how many cells are empty.

import { DISPOSITION_SHIFT, OUTCOME_MASK } from '../src/abi/verdict';
import { LAST_TYPE, NO_ID } from '../src/abi/memory_layout';
import { splat } from './vector';

/** Entries of a table of 64 bytes; a lane past its end is 0. */
// @ts-ignore: decorator
@inline
function lookUp64(table: usize, at: v128): v128 {
  const first = v128.or(
    i8x16.swizzle(v128.load(table), at),
    i8x16.swizzle(v128.load(table, 16), i8x16.sub(at, splat(16))),
  );
  const second = v128.or(
    i8x16.swizzle(v128.load(table, 32), i8x16.sub(at, splat(32))),
    i8x16.swizzle(v128.load(table, 48), i8x16.sub(at, splat(48))),
  );
  return v128.or(first, second);
}

/** Entries of a table of 32 bytes. */
// @ts-ignore: decorator
@inline
function lookUp32(table: usize, at: v128): v128 {
  return v128.or(
    i8x16.swizzle(v128.load(table), at),
    i8x16.swizzle(v128.load(table, 16), i8x16.sub(at, splat(16))),
  );
}

/** Stores the bits of sixteen rows, of lanes that are 255 where the cell is given; rows past the last are empty. Returns how many are given. */
// @ts-ignore: decorator
@inline
function storeBits(isGiven: v128, valid: usize, row: usize, rows: usize): u32 {
  let bits = <u32>i8x16.bitmask(isGiven);
  const left = rows - row;
  if (left < 16) bits &= (1 << <u32>left) - 1;
  store<u16>(valid + (row >> 3), <u16>bits);
  return popcnt<u32>(bits);
}

/** Ids of two bytes as numbers of `bytes` bytes (1, 2 or 4); with `hasEmpty`, the id NO_ID is an empty cell. */
export function writeIds(ids: usize, hasEmpty: bool, bytes: u32, to: usize, valid: usize, rows: usize): u32 {
  const none = i16x8.splat(<i16>NO_ID);
  const all = splat(hasEmpty ? 0 : 255);
  let given: u32 = 0;
  for (let row: usize = 0; row < rows; row += 16) {
    const low = v128.load(ids + (row << 1));
    const high = v128.load(ids + (row << 1), 16);
    const isLow = v128.or(i16x8.ne(low, none), all);
    const isHigh = v128.or(i16x8.ne(high, none), all);
    given += storeBits(i8x16.narrow_i16x8_s(isLow, isHigh), valid, row, rows);
    const lowIds = v128.and(low, isLow);
    const highIds = v128.and(high, isHigh);
    if (bytes == 1) {
      v128.store(to + row, i8x16.narrow_i16x8_u(lowIds, highIds));
    } else if (bytes == 2) {
      v128.store(to + (row << 1), lowIds);
      v128.store(to + (row << 1), highIds, 16);
    } else {
      const out = to + (row << 2);
      v128.store(out, i32x4.extend_low_i16x8_u(lowIds));
      v128.store(out, i32x4.extend_high_i16x8_u(lowIds), 16);
      v128.store(out, i32x4.extend_low_i16x8_u(highIds), 32);
      v128.store(out, i32x4.extend_high_i16x8_u(highIds), 48);
    }
  }
  return <u32>rows - given;
}

/**
 * Numbers of an enumeration. A cell is given where `readers`, a table of 64 bytes by command, has 255 for the row's command (0:
 * every command reads it); with `isZeroEmpty`, not where the number is 0.
 */
export function writeNames(
  numbers: usize,
  cmds: usize,
  readers: usize,
  isZeroEmpty: bool,
  to: usize,
  valid: usize,
  rows: usize,
): u32 {
  const last = splat(LAST_TYPE);
  let given: u32 = 0;
  for (let row: usize = 0; row < rows; row += 16) {
    const found = i8x16.min_u(v128.load(numbers + row), last);
    let isGiven = splat(255);
    if (readers) isGiven = lookUp64(readers, i8x16.min_u(v128.load(cmds + row), last));
    if (isZeroEmpty) isGiven = v128.andnot(isGiven, i8x16.eq(found, splat(0)));
    given += storeBits(isGiven, valid, row, rows);
    v128.store(to + row, v128.and(found, isGiven));
  }
  return <u32>rows - given;
}

/** Counts of four bytes, where the row's command reads them, as in writeNames(). */
export function writeCounts(counts: usize, cmds: usize, readers: usize, to: usize, valid: usize, rows: usize): u32 {
  const last = splat(LAST_TYPE);
  let given: u32 = 0;
  for (let row: usize = 0; row < rows; row += 16) {
    const isGiven = lookUp64(readers, i8x16.min_u(v128.load(cmds + row), last));
    given += storeBits(isGiven, valid, row, rows);
    const low = i16x8.extend_low_i8x16_s(isGiven);
    const high = i16x8.extend_high_i8x16_s(isGiven);
    const from = counts + (row << 2);
    const out = to + (row << 2);
    v128.store(out, v128.and(v128.load(from), i32x4.extend_low_i16x8_s(low)));
    v128.store(out, v128.and(v128.load(from, 16), i32x4.extend_high_i16x8_s(low)), 16);
    v128.store(out, v128.and(v128.load(from, 32), i32x4.extend_low_i16x8_s(high)), 32);
    v128.store(out, v128.and(v128.load(from, 48), i32x4.extend_high_i16x8_s(high)), 48);
  }
  return <u32>rows - given;
}

/**
 * Words of verdicts, by a table of 32 bytes: of the outcome, or with `isDisposition` of the disposition. 255 in the table is an
 * empty cell, and so is every word of an outcome for which `known`, a table of 32 bytes, has 0.
 */
export function writeWords(
  verdicts: usize,
  isDisposition: bool,
  table: usize,
  known: usize,
  to: usize,
  valid: usize,
  rows: usize,
): u32 {
  let given: u32 = 0;
  for (let row: usize = 0; row < rows; row += 16) {
    const bytes = v128.load(verdicts + row);
    const outcomes = v128.and(bytes, splat(OUTCOME_MASK));
    const words = lookUp32(table, isDisposition ? i8x16.shr_u(bytes, DISPOSITION_SHIFT) : outcomes);
    const isGiven = v128.andnot(lookUp32(known, outcomes), i8x16.eq(words, splat(255)));
    given += storeBits(isGiven, valid, row, rows);
    v128.store(to + row, v128.and(words, isGiven));
  }
  return <u32>rows - given;
}

/** Numbers of rows of eight bytes, counted up from the one of two halves. */
export function writeRowNumbers(low: u32, high: u32, to: usize, rows: usize): void {
  const first = <i64>low | (<i64>high << 32);
  let numbers = i64x2.splat(first);
  numbers = i64x2.replace_lane(numbers, 1, first + 1);
  const step = i64x2.splat(2);
  for (let row: usize = 0; row < rows; row += 2) {
    v128.store(to + (row << 3), numbers);
    numbers = i64x2.add(numbers, step);
  }
}
