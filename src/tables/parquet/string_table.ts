import type { Entries } from '../columnar/dictionary.js';
import { ByteMap, MISSING } from '../text/byte_map.js';
import type { Page } from './pages.js';

/** The table is cleared at this many texts before a row group; a row group must not have more. */
export const INITIAL_TEXTS = 1 << 17;
export const MAX_TEXTS = 1 << 21;

const LENGTH_BYTES = 4;
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** Distinct texts of a column, numbered as they come: each stays what it is from row group to row group. */
export class StringTable implements Entries {
  readonly #texts: string[] = [];
  readonly #numbers = new ByteMap();

  get length(): number {
    return this.#texts.length;
  }

  at(number: number): string | undefined {
    return this.#texts[number];
  }

  /** The number of the text that lies from `start` to `end`. Throws an Error where there are too many. */
  numberOf(bytes: Uint8Array, words: DataView, start: number, end: number): number {
    const known = this.#numbers.find(words, start, end);
    if (known !== MISSING) return known;
    const number = this.length;
    if (number >= MAX_TEXTS) {
      const most = MAX_TEXTS.toLocaleString('en');
      throw new Error(`there are more than ${most} different texts: as CSV, NDJSON or Arrow they could be read`);
    }
    this.#texts.push(DECODER.decode(bytes.subarray(start, end)));
    // Where too many are remembered already, or this is too long, it gets another number when it comes again.
    this.#numbers.add({ bytes, words }, start, end, number);
    return number;
  }
}

/** Texts as they lie in a page, each with its length before it. */
export class PlainValues {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #texts: StringTable;
  readonly #to: number;
  #at: number;

  constructor({ bytes, values: { from, to } }: Page, texts: StringTable) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#texts = texts;
    this.#at = from;
    this.#to = to;
  }

  /** Puts the numbers of the next `count` into `into`, from `from` on. Throws an Error where there are not as many. */
  read(into: Uint32Array, from: number, count: number): void {
    for (let i = from; i < from + count; i++) {
      const start = this.#at + LENGTH_BYTES;
      const end = start <= this.#to ? start + this.#view.getUint32(this.#at, true) : Number.POSITIVE_INFINITY;
      if (end > this.#to) throw new Error('a page has fewer values than it says');
      into[i] = this.#texts.numberOf(this.#bytes, this.#view, start, end);
      this.#at = end;
    }
  }
}
