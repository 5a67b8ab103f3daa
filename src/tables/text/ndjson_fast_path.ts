import { TASK, TOKEN } from '../rows/cell_resolvers.js';
import { IGNORED } from '../rows/header.js';
import { type Bytes, isSameText } from './byte_map.js';
import { type ByteRows, type CellSpans, DISCARD } from './fast_rows.js';
import type { KeyColumns, MetKey } from './ndjson_keys.js';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** By byte: 1 for those that end a text, or are more in it than themselves. */
const IS_SIGN = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte < SPACE || byte === QUOTE || byte === BACKSLASH),
);
/** Members whose last keys are remembered. */
const MAX_MEMBERS = 32;
/** More digits could be a number that is not what they say. */
const MAX_PLAIN_DIGITS = 15;
const [NULL, TRUE, FALSE] = ['null', 'true', 'false'].map((word) => new TextEncoder().encode(word)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

/**
 * Reads the object on a line where it is a plain one: texts without escapes, whole numbers and nulls, each column once,
 * under keys that were met before.
 */
export class PlainNdjson {
  readonly #rows: ByteRows;
  readonly #places: CellSpans;
  readonly #keys: KeyColumns;
  /** By member: the key it had last, which the next line will most likely have there again. */
  readonly #lastKeys: MetKey[] = [];

  constructor(rows: ByteRows, keys: KeyColumns) {
    this.#rows = rows;
    this.#places = rows.places;
    this.#keys = keys;
  }

  /**
   * Reads the line that starts at `at`; a line feed must follow somewhere. Answers where the next line starts, or 0, with
   * nothing done, where it takes more than this.
   */
  read(line: Bytes, at: number, number: number): number {
    const { bytes } = line;
    let next = skipSpace(bytes, at);
    if (bytes[next] === LINE_FEED) return next + 1;
    if (bytes[next] !== OPEN) return 0;
    this.#places.clear();
    let seen = 0;
    let member = 0;
    do {
      next = skipSpace(bytes, next + 1);
      const key = this.#key(line, next, member++);
      if (!key) return 0;
      const { column } = key;
      next = skipSpace(bytes, next + key.length);
      if (bytes[next] !== COLON) return 0;
      next = skipSpace(bytes, next + 1);
      if (column === IGNORED) {
        next = this.#value(bytes, next, DISCARD) || skipOther(bytes, next);
      } else {
        // Which of two counts depends on how they are spelt.
        if ((seen & (1 << column)) !== 0) return 0;
        seen |= 1 << column;
        next = this.#value(bytes, next, column);
      }
      if (next === 0) return 0;
      next = skipSpace(bytes, next);
    } while (bytes[next] === COMMA);
    if (bytes[next] !== CLOSE) return 0;
    next = skipSpace(bytes, next + 1);
    if (bytes[next] !== LINE_FEED) return 0;
    return this.#rows.add(line, number) ? next + 1 : 0;
  }

  /** The key that starts with a quote at `at`, of the n-th member; undefined where none does, or one that was not met. */
  #key(line: Bytes, at: number, member: number): MetKey | undefined {
    const { bytes, words } = line;
    const last = this.#lastKeys[member];
    if (last && at + last.length <= bytes.length && isSameText(words, at, at + last.length, last.words, 0)) return last;
    const end = textEnd(bytes, at);
    if (end === 0) return undefined;
    const key = this.#keys.keyAt(line, at, end + 1);
    if (key && member < MAX_MEMBERS) this.#lastKeys[member] = key;
    return key;
  }

  /** Puts a value in its place and answers where it ends, 0 for one that is not plain. */
  #value(bytes: Uint8Array, at: number, place: number): number {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      const end = textEnd(bytes, at);
      if (end === 0) return 0;
      this.#put(place, at + 1, end);
      return end + 1;
    }
    // A null leaves its cell empty.
    if (byte === NULL[0]) return skipWord(bytes, at, NULL);
    // A number names a task or token by its place, which takes another sign in text.
    if (place === TASK || place === TOKEN) return 0;
    const end = digitsEnd(bytes, at);
    if (end !== 0) this.#put(place, at, end);
    return end;
  }

  #put(place: number, start: number, end: number): void {
    this.#places.starts[place] = start;
    this.#places.ends[place] = end;
  }
}

/** Where the text that starts with a quote at `at` has its other one; 0 where none starts, or one with escapes. */
function textEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return 0;
  let next = at + 1;
  while (IS_SIGN[bytes[next] as number] === 0) next += 1;
  return bytes[next] === QUOTE ? next : 0;
}

/** Where the digits at `at` end; 0 where they are not all there is of a number. */
function digitsEnd(bytes: Uint8Array, at: number): number {
  const end = skipDigits(bytes, at);
  const digits = end - at;
  if (digits === 0 || digits > MAX_PLAIN_DIGITS || (bytes[at] === ZERO && digits > 1)) return 0;
  return bytes[end] === POINT || isExponent(bytes[end] as number) ? 0 : end;
}

/** Where white space, other than a line feed, ends. */
function skipSpace(bytes: Uint8Array, at: number): number {
  let next = at;
  for (let byte = bytes[next]; byte === SPACE || byte === TAB || byte === RETURN; byte = bytes[next]) next += 1;
  return next;
}

/** Where a number of any kind, a true or a false ends; 0 for whatever else. */
function skipOther(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] as number;
  if (byte === TRUE[0]) return skipWord(bytes, at, TRUE);
  if (byte === FALSE[0]) return skipWord(bytes, at, FALSE);
  const whole = byte === MINUS ? at + 1 : at;
  let end = skipDigits(bytes, whole);
  if (end === whole || (bytes[whole] === ZERO && end > whole + 1)) return 0;
  if (bytes[end] === POINT) {
    const fraction = end + 1;
    end = skipDigits(bytes, fraction);
    if (end === fraction) return 0;
  }
  if (!isExponent(bytes[end] as number)) return end;
  const sign = bytes[end + 1];
  const exponent = sign === 0x2b || sign === MINUS ? end + 2 : end + 1;
  end = skipDigits(bytes, exponent);
  return end === exponent ? 0 : end;
}

function skipDigits(bytes: Uint8Array, at: number): number {
  let next = at;
  for (let byte = bytes[next] as number; byte >= ZERO && byte <= NINE; byte = bytes[next] as number) next += 1;
  return next;
}

function skipWord(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return 0;
  return at + word.length;
}

function isExponent(byte: number): boolean {
  return (byte | 0x20) === 0x65;
}
