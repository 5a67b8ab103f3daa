// Reads rows of requests from lines of text, those with nothing wrong or unusual: any other ends the reading, and is left to the
// caller. Addresses are those of a row reader (src/tables/text/row_reader.ts). Every text ends with a line feed; up to PAST_TEXT bytes
// past it are read.

import { CMD_MAP_CREATE, NO_ID } from '../src/abi/memory_layout';
import { Fault } from '../src/abi/verdict';
import {
  CELL_EMPTY,
  READ_AT,
  READ_ATTACH_TYPE,
  READ_ATTACH_TYPE_READERS,
  READ_CMD,
  READ_CELLS_END,
  READ_COMPLEX,
  READ_DISCARD,
  READ_DONE,
  READ_END,
  READ_ENDS,
  READ_EXPECT,
  READ_FIELDS,
  READ_FULL,
  READ_HAS_EXPECT,
  READ_INSN_CNT,
  READ_INSN_CNT_READERS,
  READ_KEYS,
  READ_LAST_KEYS,
  READ_LINE,
  READ_LINES,
  READ_MAX_LINE,
  READ_MISS,
  READ_MISS_END,
  READ_MISS_START,
  READ_MISS_TABLE,
  READ_ODD,
  READ_PLACES,
  READ_PRE,
  READ_ROW,
  READ_ROWS,
  READ_SLOTS,
  READ_SLOT_MASKS,
  READ_SPLIT,
  READ_STARTS,
  READ_STOP,
  READ_TASK,
  READ_TOKEN,
  READ_TYPE,
  READ_TYPE_READERS,
  READ_TYPE_REQUIRED,
  MAX_LAST_KEYS,
  SLOT_LENGTH,
  SLOT_VALUE,
} from '../src/abi/read_layout';
import { findSlot, findSpelling, isSlotAt, UNKNOWN_SPELLING } from './spellings';
import { splat } from './vector';

// Places of cells.
const TASK: u32 = 0;
const TOKEN: u32 = 1;
const CMD: u32 = 2;
const MAP_TYPE: u32 = 3;
const PROG_TYPE: u32 = 4;
const ATTACH_TYPE: u32 = 5;
const INSN_CNT: u32 = 6;
const PRE: u32 = 7;
const EXPECT: u32 = 8;
const PROGRAM: u32 = 9;
/** What a command's type is (request/command_fields.ts). */
const READS_NO_TYPE: u8 = 0;
const READS_MAP_TYPE: u8 = 1;

const TAB: u8 = 0x09;
const LINE_FEED: u8 = 0x0a;
const RETURN: u8 = 0x0d;
const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const PLUS: u8 = 0x2b;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;
const ZERO: u8 = 0x30;
const NINE: u8 = 0x39;
const COLON: u8 = 0x3a;
const BACKSLASH: u8 = 0x5c;
const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
/** Instead of where the next line starts. */
const UNKNOWN_KEY: usize = 1;
/** Digits that no 32-bit number exceeds. */
const MAX_COUNT_DIGITS: usize = 10;
/** More digits could be a number that is not what they say. */
const MAX_PLAIN_DIGITS: usize = 15;
/** `null`, `true` and `alse` as four bytes. */
const NULL: u32 = 0x6c6c_756e;
const TRUE: u32 = 0x6575_7274;
const ALSE: u32 = 0x6573_6c61;

// @ts-ignore: decorator
@inline
function put(layout: usize, place: u32, start: usize, end: usize): void {
  store<u32>(layout + READ_STARTS + (<usize>place << 2), <u32>start);
  store<u32>(layout + READ_ENDS + (<usize>place << 2), <u32>end);
}

/** What the cell at a place stands for, CELL_EMPTY, or UNKNOWN_SPELLING. */
// @ts-ignore: decorator
@inline
function idOf(layout: usize, place: u32): i32 {
  const at = <usize>place << 2;
  const start = load<u32>(layout + READ_STARTS + at);
  const length = load<u32>(layout + READ_ENDS + at) - start;
  if (!length) return CELL_EMPTY;
  return findSpelling(load<u32>(layout + READ_SLOTS + at), load<u32>(layout + READ_SLOT_MASKS + at), start, length);
}

/** Says which cell is not known. */
function miss(layout: usize, place: u32): u32 {
  const at = <usize>place << 2;
  store<u32>(layout + READ_MISS_TABLE, place);
  store<u32>(layout + READ_MISS_START, load<u32>(layout + READ_STARTS + at));
  store<u32>(layout + READ_MISS_END, load<u32>(layout + READ_ENDS + at));
  return READ_MISS;
}

/** Adds the row whose cells lie at their places. Returns READ_DONE, or why it is left to the caller. */
function addRow(layout: usize, row: u32, line: u32): u32 {
  // A program says more than its own cell.
  if (load<u32>(layout + READ_ENDS + (PROGRAM << 2)) != load<u32>(layout + READ_STARTS + (PROGRAM << 2))) return READ_ODD;
  const task = idOf(layout, TASK);
  if (task == UNKNOWN_SPELLING) return miss(layout, TASK);
  const token = idOf(layout, TOKEN);
  if (token == UNKNOWN_SPELLING) return miss(layout, TOKEN);
  const cmd = idOf(layout, CMD);
  if (cmd == UNKNOWN_SPELLING) return miss(layout, CMD);
  const pre = idOf(layout, PRE);
  if (pre == UNKNOWN_SPELLING) return miss(layout, PRE);
  const expect = idOf(layout, EXPECT);
  if (expect == UNKNOWN_SPELLING) return miss(layout, EXPECT);
  if (task < 0 || cmd < 0 || pre == Fault.BAD_ROW) return READ_ODD;
  let type: i32 = CELL_EMPTY;
  let attachType: i32 = CELL_EMPTY;
  let insnCnt: u32 = 1;
  const reads = load<u8>(layout + READ_TYPE_READERS + cmd);
  if (reads != READS_NO_TYPE) {
    const place = reads == READS_MAP_TYPE ? MAP_TYPE : PROG_TYPE;
    type = idOf(layout, place);
    if (type == UNKNOWN_SPELLING) return miss(layout, place);
    if (type < 0 && load<u8>(layout + READ_TYPE_REQUIRED + cmd)) return READ_ODD;
    if (load<u8>(layout + READ_ATTACH_TYPE_READERS + cmd)) {
      attachType = idOf(layout, ATTACH_TYPE);
      if (attachType == UNKNOWN_SPELLING) return miss(layout, ATTACH_TYPE);
    }
    if (load<u8>(layout + READ_INSN_CNT_READERS + cmd)) {
      const start = <usize>load<u32>(layout + READ_STARTS + (INSN_CNT << 2));
      const end = <usize>load<u32>(layout + READ_ENDS + (INSN_CNT << 2));
      if (end - start > MAX_COUNT_DIGITS) return READ_ODD;
      if (start != end) {
        let count: u64 = 0;
        for (let at = start; at < end; at++) {
          const digit = <u32>load<u8>(at) - ZERO;
          if (digit > 9) return READ_ODD;
          count = count * 10 + digit;
        }
        if (count > u32.MAX_VALUE) return READ_ODD;
        insnCnt = <u32>count;
      }
    }
  }
  const at = <usize>row;
  store<u16>(<usize>load<u32>(layout + READ_TASK) + (at << 1), <u16>task);
  store<u16>(<usize>load<u32>(layout + READ_TOKEN) + (at << 1), token < 0 ? NO_ID : <u16>token);
  store<u8>(<usize>load<u32>(layout + READ_CMD) + at, <u8>cmd);
  store<u8>(<usize>load<u32>(layout + READ_TYPE) + at, <u8>max<i32>(type, 0));
  store<u8>(<usize>load<u32>(layout + READ_ATTACH_TYPE) + at, <u8>max<i32>(attachType, 0));
  store<u32>(<usize>load<u32>(layout + READ_INSN_CNT) + (at << 2), insnCnt);
  store<u8>(<usize>load<u32>(layout + READ_PRE) + at, <u8>max<i32>(pre, 0));
  store<u32>(<usize>load<u32>(layout + READ_LINES) + (at << 2), line);
  if (expect >= 0) {
    store<i16>(<usize>load<u32>(layout + READ_EXPECT) + (at << 1), <i16>expect);
    store<u32>(layout + READ_HAS_EXPECT, 1);
  }
  return READ_DONE;
}

/** Where the next comma, quote, line feed or carriage return is. */
// @ts-ignore: decorator
@inline
function csvSign(from: usize): usize {
  let at = from;
  let mask = csvSigns(at);
  while (!mask) {
    at += 16;
    mask = csvSigns(at);
  }
  return at + ctz<i32>(mask);
}

/** A bit for each of them in sixteen bytes. */
// @ts-ignore: decorator
@inline
function csvSigns(at: usize): i32 {
  const bytes = v128.load(at);
  const signs = v128.or(
    v128.or(i8x16.eq(bytes, splat(COMMA)), i8x16.eq(bytes, splat(LINE_FEED))),
    v128.or(i8x16.eq(bytes, splat(RETURN)), i8x16.eq(bytes, splat(QUOTE))),
  );
  return i8x16.bitmask(signs);
}

/**
 * Splits the CSV line at `from` where its quotes, if any, each enclose one whole field, without quotes and line feeds in it. Writes
 * where cells lie, and how many fields there are (0 for an empty line). Returns where the next line starts, or 0.
 */
// @ts-ignore: decorator
@inline
function splitCsvLine(layout: usize, from: usize, fields: u32, places: usize): usize {
  let at = from;
  let byte = load<u8>(at);
  if (byte == LINE_FEED || (byte == RETURN && load<u8>(at, 1) == LINE_FEED)) {
    store<u32>(layout + READ_SPLIT, 0);
    return byte == LINE_FEED ? at + 1 : at + 2;
  }
  for (let field: u32 = 0; ; field++) {
    let start = at;
    let end: usize;
    if (byte == QUOTE) {
      start += 1;
      do {
        byte = load<u8>(++at);
        if (byte == LINE_FEED) return 0;
      } while (byte != QUOTE);
      end = at;
      byte = load<u8>(++at);
    } else {
      at = csvSign(at);
      byte = load<u8>(at);
      // A carriage return ends a field only before a line feed.
      while (byte == RETURN && load<u8>(at, 1) != LINE_FEED) {
        at = csvSign(at + 1);
        byte = load<u8>(at);
      }
      end = at;
    }
    put(layout, field < fields ? <u32>load<u8>(places + field) : READ_DISCARD, start, end);
    if (byte == COMMA) {
      byte = load<u8>(++at);
      continue;
    }
    if (byte == RETURN) byte = load<u8>(++at);
    if (byte != LINE_FEED) return 0;
    store<u32>(layout + READ_SPLIT, field + 1);
    return at + 1;
  }
}

/** Where white space, other than a line feed, ends. */
// @ts-ignore: decorator
@inline
function skipSpace(from: usize): usize {
  let at = from;
  for (let byte = load<u8>(at); byte == SPACE || byte == TAB || byte == RETURN; byte = load<u8>(at)) at += 1;
  return at;
}

/** Where a text, of which `from` is the first byte after its quote, has its other one; 0 for one with escapes. */
// @ts-ignore: decorator
@inline
function textEnd(from: usize): usize {
  for (let at = from; ; at += 16) {
    const bytes = v128.load(at);
    const signs = v128.or(
      v128.or(i8x16.eq(bytes, splat(QUOTE)), i8x16.eq(bytes, splat(BACKSLASH))),
      i8x16.lt_u(bytes, splat(SPACE)),
    );
    const mask = i8x16.bitmask(signs);
    if (!mask) continue;
    const sign = at + ctz<i32>(mask);
    return load<u8>(sign) == QUOTE ? sign : 0;
  }
}

// @ts-ignore: decorator
@inline
function skipDigits(from: usize): usize {
  let at = from;
  while (<u32>load<u8>(at) - ZERO <= 9) at += 1;
  return at;
}

// @ts-ignore: decorator
@inline
function isExponent(byte: u8): bool {
  return (byte | 0x20) == 0x65;
}

/** Where a number, a true or a false ends that is of no interest; 0 for whatever else. */
function skipOther(from: usize): usize {
  if (load<u32>(from) == TRUE) return from + 4;
  if (load<u8>(from) == 0x66 && load<u32>(from, 1) == ALSE) return from + 5;
  const whole = load<u8>(from) == MINUS ? from + 1 : from;
  let end = skipDigits(whole);
  if (end == whole || (load<u8>(whole) == ZERO && end > whole + 1)) return 0;
  if (load<u8>(end) == POINT) {
    const fraction = end + 1;
    end = skipDigits(fraction);
    if (end == fraction) return 0;
  }
  if (!isExponent(load<u8>(end))) return end;
  const sign = load<u8>(end, 1);
  const exponent = sign == PLUS || sign == MINUS ? end + 2 : end + 1;
  end = skipDigits(exponent);
  return end == exponent ? 0 : end;
}

/** Puts a value in its place and returns where it ends, 0 for one that is not plain. */
// @ts-ignore: decorator
@inline
function putValue(layout: usize, from: usize, place: u32): usize {
  if (load<u8>(from) == QUOTE) {
    const end = textEnd(from + 1);
    if (!end) return 0;
    put(layout, place, from + 1, end);
    return end + 1;
  }
  // A null leaves its cell empty.
  if (load<u32>(from) == NULL) return from + 4;
  if (place == READ_DISCARD) return skipOther(from);
  // A number names a task or token by its place, which takes another sign in text.
  if (place == TASK || place == TOKEN) return 0;
  const end = skipDigits(from);
  const digits = end - from;
  if (!digits || digits > MAX_PLAIN_DIGITS || (load<u8>(from) == ZERO && digits > 1)) return 0;
  if (load<u8>(end) == POINT || isExponent(load<u8>(end))) return 0;
  put(layout, place, from, end);
  return end;
}

/**
 * Splits the object on the line at `from` where it is a plain one: texts without escapes, numbers and nulls, each column once, under
 * known keys. Returns where the next line starts; 0 where it is not, and UNKNOWN_KEY where READ_MISS_* say which key is not known.
 */
// @ts-ignore: decorator
@inline
function splitObject(layout: usize, from: usize): usize {
  // Starts and ends are one after the other, each filled up to a multiple of sixteen bytes.
  for (let at = layout + READ_STARTS; at < layout + READ_CELLS_END; at += 16) v128.store(at, splat(0));
  const slots = <usize>load<u32>(layout + READ_SLOTS + (READ_KEYS << 2));
  const mask = load<u32>(layout + READ_SLOT_MASKS + (READ_KEYS << 2));
  let at = from;
  let seen: u32 = 0;
  let lastKey = layout + READ_LAST_KEYS;
  const lastKeysEnd = lastKey + 4 * MAX_LAST_KEYS;
  do {
    at = skipSpace(at + 1);
    if (load<u8>(at) != QUOTE) return 0;
    const key = at + 1;
    // A member most likely has the key that the member at its place had last.
    let slot = lastKey < lastKeysEnd ? <usize>load<u32>(lastKey) : 0;
    let keyEnd = slot ? key + load<u32>(slot + SLOT_LENGTH) : 0;
    if (!slot || load<u8>(keyEnd) != QUOTE || !isSlotAt(slot, key)) {
      keyEnd = textEnd(key);
      if (!keyEnd || keyEnd == key) return 0;
      slot = findSlot(slots, mask, key, <u32>(keyEnd - key));
      if (slot && lastKey < lastKeysEnd) store<u32>(lastKey, <u32>slot);
    }
    lastKey += 4;
    if (!slot) {
      store<u32>(layout + READ_MISS_TABLE, READ_KEYS);
      store<u32>(layout + READ_MISS_START, <u32>key);
      store<u32>(layout + READ_MISS_END, <u32>keyEnd);
      return UNKNOWN_KEY;
    }
    const column = load<u32>(slot + SLOT_VALUE);
    at = skipSpace(keyEnd + 1);
    if (load<u8>(at) != COLON) return 0;
    at = skipSpace(at + 1);
    if (column != READ_DISCARD) {
      // Which of two counts depends on how they are spelt.
      if (seen & (1 << column)) return 0;
      seen |= 1 << column;
    }
    at = putValue(layout, at, column);
    if (!at) return 0;
    at = skipSpace(at);
  } while (load<u8>(at) == COMMA);
  if (load<u8>(at) != CLOSE) return 0;
  at = skipSpace(at + 1);
  return load<u8>(at) == LINE_FEED ? at + 1 : 0;
}

/** Splits the line at `from`, an object or blank, as splitObject(); a blank line has no fields. */
// @ts-ignore: decorator
@inline
function splitNdjsonLine(layout: usize, from: usize): usize {
  const start = skipSpace(from);
  const isBlank = load<u8>(start) == LINE_FEED;
  store<u32>(layout + READ_SPLIT, isBlank ? 0 : 1);
  if (isBlank) return start + 1;
  return load<u8>(start) == OPEN ? splitObject(layout, start) : 0;
}

/**
 * Reads rows. Returns why it ends; READ_AT is then where the line starts that was not read. `isCsv` is a constant of each of the two
 * functions below.
 */
// @ts-ignore: decorator
@inline
function readRows(layout: usize, isCsv: bool): u32 {
  const end = <usize>load<u32>(layout + READ_END);
  const stop = <usize>load<u32>(layout + READ_STOP);
  const fields = isCsv ? load<u32>(layout + READ_FIELDS) : 1;
  const places = <usize>load<u32>(layout + READ_PLACES);
  const rows = load<u32>(layout + READ_ROWS);
  const maxLine = <usize>load<u32>(layout + READ_MAX_LINE);
  let at = <usize>load<u32>(layout + READ_AT);
  let row = load<u32>(layout + READ_ROW);
  let line = load<u32>(layout + READ_LINE);
  let why: u32 = READ_DONE;
  while (at < end && at < stop) {
    if (row == rows) {
      why = READ_FULL;
      break;
    }
    const next = isCsv ? splitCsvLine(layout, at, fields, places) : splitNdjsonLine(layout, at);
    const split = load<u32>(layout + READ_SPLIT);
    if (next == UNKNOWN_KEY) why = READ_MISS;
    else if (!next || next - at - 1 > maxLine) why = READ_COMPLEX;
    else if (split) why = split == fields ? addRow(layout, row, line) : READ_ODD;
    if (why != READ_DONE) break;
    if (split) row += 1;
    at = next;
    line += 1;
  }
  store<u32>(layout + READ_AT, <u32>at);
  store<u32>(layout + READ_ROW, row);
  store<u32>(layout + READ_LINE, line);
  return why;
}

/** Reads rows of CSV, of NDJSON: readRows(). */
export function readCsvRows(layout: usize): u32 {
  return readRows(layout, true);
}

export function readNdjsonRows(layout: usize): u32 {
  return readRows(layout, false);
}
