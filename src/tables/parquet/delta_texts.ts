import { DeltaNumbers } from './delta.js';
import { MAX_PAGE, type Page } from './pages.js';
import type { StringTable } from './string_table.js';

/** Texts of a page: their lengths are in memory. */
const MAX_TEXTS = 1 << 22;
const FIRST_CAPACITY = 1 << 12;

/**
 * Texts of which first all lengths come, and then all bytes (DELTA_LENGTH_BYTE_ARRAY); or first how much of the text before
 * each begins with, then the lengths of what each has more, and then that (DELTA_BYTE_ARRAY).
 */
export class DeltaTexts {
  readonly #bytes: Uint8Array;
  readonly #texts: StringTable;
  readonly #end: number;
  /** Bytes that each text has of the one before; absent where it has none. */
  readonly #shared: Int32Array | undefined;
  readonly #lengths: Int32Array;
  #at: number;
  #next = 0;
  /** The last text, where texts share bytes. */
  #text = new Uint8Array(FIRST_CAPACITY);
  #textView = new DataView(this.#text.buffer);
  #textLength = 0;

  /** Throws an Error for texts that cannot be read. */
  constructor({ bytes, count, encoding, values: { from, to } }: Page, texts: StringTable) {
    this.#bytes = bytes;
    this.#texts = texts;
    this.#end = to;
    this.#at = from;
    if (count > MAX_TEXTS) throw new Error(`a page has more than ${MAX_TEXTS.toLocaleString('en')} texts`);
    if (encoding === 'DELTA_BYTE_ARRAY') this.#shared = this.#numbers(count);
    this.#lengths = this.#numbers(count);
    const all = sumOf(this.#lengths) + (this.#shared ? sumOf(this.#shared) : 0);
    // Texts that share bytes become more than there are.
    if (all > MAX_PAGE) throw new Error(`the texts of a page have more than ${MAX_PAGE >> 20} MiB`);
  }

  read(into: Uint32Array, from: number, count: number): void {
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    for (let i = from; i < from + count; i++) {
      const length = this.#lengths[this.#next];
      if (length === undefined) throw new Error('a page has fewer values than it says');
      const start = this.#at;
      const end = start + length;
      if (length < 0 || end > this.#end) throw new Error('a text ends after its page');
      this.#at = end;
      const shared = this.#shared?.[this.#next];
      this.#next += 1;
      if (shared === undefined) {
        into[i] = this.#texts.numberOf(this.#bytes, view, start, end);
        continue;
      }
      if (shared < 0 || shared > this.#textLength) throw new Error('a text begins with more than the one before has');
      this.#append(shared, this.#bytes.subarray(start, end));
      into[i] = this.#texts.numberOf(this.#text, this.#textView, 0, this.#textLength);
    }
  }

  /** Puts bytes after the first `shared` of the last text. */
  #append(shared: number, bytes: Uint8Array): void {
    this.#textLength = shared + bytes.length;
    if (this.#textLength > this.#text.length) {
      const larger = new Uint8Array(2 * this.#textLength);
      larger.set(this.#text.subarray(0, shared));
      this.#text = larger;
      this.#textView = new DataView(larger.buffer);
    }
    this.#text.set(bytes, shared);
  }

  #numbers(most: number): Int32Array {
    if (this.#at >= this.#end && most === 0) return new Int32Array();
    const numbers = new DeltaNumbers(this.#bytes, this.#at, this.#end, 1, most);
    const read = new Uint32Array(numbers.count);
    numbers.read(read, 0, read.length);
    this.#at = numbers.end;
    return new Int32Array(read.buffer);
  }
}

/** Of those that are not below 0. */
function sumOf(numbers: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += Math.max(0, numbers[i] as number);
  return sum;
}
