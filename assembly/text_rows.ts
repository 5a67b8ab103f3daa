// Writes decided rows as text. A row is a sequence of fragments, texts of a few bytes that were laid out once, and of numbers.
// Addresses are those of a text buffer (src/tables/text/text_buffer.ts). Fragments are copied in pieces of sixteen bytes: up to 15
// bytes past a fragment are read, and past the last row written.

import { LAST_TYPE, NO_ID, TYPE_ROWS } from '../src/abi/memory_layout';
import {
  TEXT_ATTACH_TYPES,
  TEXT_ATTACH_TYPE_READERS,
  TEXT_CMD,
  TEXT_ATTACH_TYPE,
  TEXT_COMMANDS,
  TEXT_DIGITS,
  TEXT_HEADS,
  TEXT_INSN_CNT,
  TEXT_INSN_CNTS,
  TEXT_INSN_CNT_READERS,
  TEXT_LIMIT,
  TEXT_LINES,
  TEXT_MOST_DIGITS,
  TEXT_NUMBERS,
  TEXT_OUT,
  TEXT_PRE,
  TEXT_PRES,
  TEXT_STARTS,
  TEXT_TAILS,
  TEXT_TASK,
  TEXT_TASKS,
  TEXT_TASK_COUNT,
  TEXT_TOKEN,
  TEXT_TOKENS,
  TEXT_TOKEN_COUNT,
  TEXT_TYPE,
  TEXT_VERDICTS,
} from '../src/abi/text_layout';

const ZERO: u8 = 0x30;
const NINE: u8 = 0x39;

/** Copies fragment `i` of a table, whose bytes follow where each starts; returns where it ends. */
// @ts-ignore: decorator
@inline
function fragment(table: usize, i: u32, to: usize): usize {
  const start = table + (<usize>i << 2);
  const from = load<u32>(start);
  const length = load<u32>(start, 4) - from;
  for (let at: u32 = 0; at < length; at += 16) v128.store(to + at, v128.load(table + from + at));
  return to + length;
}

/** Writes a number in decimal; returns where it ends. */
function decimal(number: u32, to: usize): usize {
  let digits: u32 = 1;
  for (let rest = number; rest >= 10; rest /= 10) digits += 1;
  let at = to + digits;
  const end = at;
  let rest = number;
  do {
    const tenth = rest / 10;
    at -= 1;
    store<u8>(at, ZERO + <u8>(rest - tenth * 10));
    rest = tenth;
  } while (at > to);
  return end;
}

/** Adds 1 to a number in decimal, digits of TEXT_MOST_DIGITS bytes; returns how many it has. */
// @ts-ignore: decorator
@inline
function increment(last: usize, digits: u32): u32 {
  let at = last;
  while (load<u8>(at) == NINE) {
    store<u8>(at, ZERO);
    at -= 1;
  }
  store<u8>(at, load<u8>(at) + 1);
  return max<u32>(digits, <u32>(last - at) + 1);
}

/**
 * Writes the rows from `row` on, and before `rows`; the number of the first is the one at TEXT_DIGITS, which has `digits` digits. Ends
 * before a row with a task or a token that has no fragment, and past TEXT_LIMIT. Returns the row it ended before; the end of the text
 * is at TEXT_OUT.
 */
export function writeTextRows(layout: usize, row: u32, rows: u32, digits: u32): u32 {
  const task = <usize>load<u32>(layout + TEXT_TASK);
  const token = <usize>load<u32>(layout + TEXT_TOKEN);
  const cmd = <usize>load<u32>(layout + TEXT_CMD);
  const type = <usize>load<u32>(layout + TEXT_TYPE);
  const attachType = <usize>load<u32>(layout + TEXT_ATTACH_TYPE);
  const insnCnt = <usize>load<u32>(layout + TEXT_INSN_CNT);
  const pre = <usize>load<u32>(layout + TEXT_PRE);
  const verdicts = <usize>load<u32>(layout + TEXT_VERDICTS);
  const lines = <usize>load<u32>(layout + TEXT_LINES);
  const tasks = <usize>load<u32>(layout + TEXT_TASKS);
  const tokens = <usize>load<u32>(layout + TEXT_TOKENS);
  const taskCount = load<u32>(layout + TEXT_TASK_COUNT);
  const tokenCount = load<u32>(layout + TEXT_TOKEN_COUNT);
  const starts = <usize>load<u32>(layout + TEXT_STARTS);
  const heads = <usize>load<u32>(layout + TEXT_HEADS);
  const commands = <usize>load<u32>(layout + TEXT_COMMANDS);
  const attachTypes = <usize>load<u32>(layout + TEXT_ATTACH_TYPES);
  const insnCnts = <usize>load<u32>(layout + TEXT_INSN_CNTS);
  const pres = <usize>load<u32>(layout + TEXT_PRES);
  const tails = <usize>load<u32>(layout + TEXT_TAILS);
  const limit = <usize>load<u32>(layout + TEXT_LIMIT);
  const hasNumbers = load<u32>(layout + TEXT_NUMBERS) != 0;
  const lastDigit = layout + TEXT_DIGITS + TEXT_MOST_DIGITS - 1;
  let out = <usize>load<u32>(layout + TEXT_OUT);
  let at = <usize>row;
  for (; at < rows && out <= limit; at++) {
    const taskId = <u32>load<u16>(task + (at << 1));
    const tokenId = <u32>load<u16>(token + (at << 1));
    if (taskId >= taskCount || (tokenId >= tokenCount && tokenId != NO_ID)) break;
    out = fragment(starts, 0, out);
    if (hasNumbers) {
      v128.store(out, v128.load(lastDigit + 1 - digits));
      out += digits;
      digits = increment(lastDigit, digits);
    }
    if (lines) {
      out = fragment(starts, 1, out);
      out = decimal(load<u32>(lines + (at << 2)), out);
      out = fragment(heads, 0, out);
    } else {
      out = fragment(heads, 1, out);
    }
    out = fragment(tasks, taskId, out);
    out = fragment(tokens, min<u32>(tokenId, tokenCount), out);
    const command = min<u32>(<u32>load<u8>(cmd + at), LAST_TYPE);
    out = fragment(commands, command * TYPE_ROWS + min<u32>(<u32>load<u8>(type + at), LAST_TYPE), out);
    if (load<u8>(layout + TEXT_ATTACH_TYPE_READERS + command)) {
      out = fragment(attachTypes, min<u32>(<u32>load<u8>(attachType + at), LAST_TYPE), out);
    }
    if (load<u8>(layout + TEXT_INSN_CNT_READERS + command)) {
      out = fragment(insnCnts, 0, out);
      out = decimal(load<u32>(insnCnt + (at << 2)), out);
      out = fragment(insnCnts, 2, out);
    } else {
      out = fragment(insnCnts, 1, out);
    }
    out = fragment(pres, <u32>load<u8>(pre + at), out);
    out = fragment(tails, <u32>load<u8>(verdicts + at), out);
  }
  store<u32>(layout + TEXT_OUT, <u32>out);
  return <u32>at;
}
