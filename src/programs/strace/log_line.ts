import { pathEnd } from './logged_value.js';

/** A line of strace without what stands before and behind the call. */
export interface LogLine {
  /** The process that the line names; null where it names none. */
  readonly pid: number | null;
  /** Index of the first character behind pid, time and the like. */
  readonly start: number;
}

/** Pids are smaller (PID_MAX_LIMIT is 2^22); seconds since 1970 are larger. */
const MAX_PID = 4_194_304;
/** Number of the seconds of a day, with or without a fraction; seconds since 1970; seconds since the line before. */
const CLOCK = /\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?: \(\+ *\d{1,10}\.\d{1,9}\))? +/y;
const SECONDS = /\d{1,12}\.\d{1,9} +/y;
const EPOCH = /\d{8,12} +/y;
const ADDRESS = /\[[0-9a-f?]{8,16}\] +/y;
const CALL_NUMBER = /\[ *\d{1,4}\] +/y;
const BLANKS = / */y;
const PID_IN_BRACKETS = /\[pid +(\d{1,10})/y;
const PLAIN_PID = /(\d{1,10})/y;

/**
 * What stands before a call: `4242 `, `[pid  4242] `, the command in angle brackets behind a pid (-Y), the time of -t, -tt, -ttt and -r, the
 * address of -i and the number of -n.
 */
export function readPrefix(text: string): LogLine {
  let at = end(BLANKS, text, 0);
  let pid: number | null = null;
  PID_IN_BRACKETS.lastIndex = at;
  const bracket = PID_IN_BRACKETS.exec(text);
  if (bracket) {
    const behind = afterCommand(text, at + bracket[0].length);
    if (text[behind] === ']') {
      pid = Number(bracket[1]);
      at = end(BLANKS, text, behind + 1);
    }
  } else {
    PLAIN_PID.lastIndex = at;
    const plain = PLAIN_PID.exec(text);
    const behind = plain ? afterCommand(text, at + plain[0].length) : at;
    if (plain && Number(plain[1]) <= MAX_PID && text[behind] === ' ') {
      pid = Number(plain[1]);
      at = end(BLANKS, text, behind);
    }
  }
  for (const part of [CLOCK, SECONDS, EPOCH, SECONDS, ADDRESS, CALL_NUMBER]) at = end(part, text, at);
  return { pid, start: at };
}

/** Behind `<command>`, where it stands there. */
function afterCommand(text: string, at: number): number {
  if (text[at] !== '<') return at;
  const close = pathEnd(text, at + 1);
  return close === -1 ? at : close + 1;
}

/** The index behind what a sticky pattern matches from `at` on; `at` where it matches nothing. */
function end(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
