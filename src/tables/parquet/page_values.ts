import { DeltaNumbers } from './delta.js';
import { DeltaTexts } from './delta_texts.js';
import type { Page } from './pages.js';
import { byteStreamSplit } from './private_api.js';
import { RleHybridReader } from './rle_hybrid.js';
import { PlainValues, type StringTable } from './string_table.js';

/** The values of a page, which come in their order, as many at a time as are wanted; empty rows have none. */
export interface PageValues {
  /** Puts the next `count` values into `into`, from value `from` on. Throws an Error where there are not as many. */
  read(into: Uint32Array, from: number, count: number): void;
}

/** What the values of a column are. */
export interface ValueKind {
  /** Of 32 bits, the lowest first, that a value takes. */
  readonly words: 1 | 2;
  /** Where values are numbers of texts. */
  readonly texts?: StringTable | undefined;
}

/** Which rows are empty is one bit each: 0 for these. */
export const LEVEL_BITS = 1;

/** The entries of a dictionary's page. Throws an Error for an encoding that cannot be read. */
export function dictionaryValues(page: Page, { words, texts }: ValueKind): Uint32Array {
  if (page.encoding !== 'PLAIN' && page.encoding !== 'PLAIN_DICTIONARY') throw unknownEncoding(page);
  // The minimum bytes of each: a text has its length before it.
  const least = texts ? 4 : 4 * words;
  if (page.count * least > page.values.to - page.values.from) throw new Error('a page has fewer values than it says');
  const entries = new Uint32Array(page.count * words);
  const values = texts ? new PlainValues(page, texts) : new DictionaryValues(describePlain(page, words), words);
  values.read(entries, 0, page.count);
  return entries;
}

/** The values of a page; `dictionary` has the entries that came before. Throws an Error for an encoding that cannot be read. */
export function pageValues(page: Page, { words, texts }: ValueKind, dictionary: Uint32Array): PageValues {
  if (page.encoding === 'PLAIN_DICTIONARY' || page.encoding === 'RLE_DICTIONARY') {
    return new EntryValues(page, dictionary, words);
  }
  if (texts) {
    if (page.encoding === 'PLAIN') return new PlainValues(page, texts);
    if (page.encoding !== 'DELTA_LENGTH_BYTE_ARRAY' && page.encoding !== 'DELTA_BYTE_ARRAY')
      throw unknownEncoding(page);
    return new DeltaTexts(page, texts);
  }
  if (page.encoding === 'PLAIN') return new DictionaryValues(describePlain(page, words), words);
  if (page.encoding === 'DELTA_BINARY_PACKED') {
    const { from, to } = page.values;
    // A page without values may have nothing at all.
    return from === to
      ? new DictionaryValues(new Uint32Array(), words)
      : new DeltaNumbers(page.bytes, from, to, words, page.count);
  }
  if (page.encoding === 'BYTE_STREAM_SPLIT') {
    const count = Math.floor((page.values.to - page.values.from) / (4 * words));
    const numbers = byteStreamSplit(readerOf(page), count, words === 1 ? 'INT32' : 'INT64', undefined) as Int32Array;
    return new DictionaryValues(new Uint32Array(numbers.buffer), words);
  }
  throw unknownEncoding(page);
}

/** Numbers as they lie in a page, to its end. */
function describePlain({ bytes, values: { from, to } }: Page, words: number): Uint32Array {
  // A copy: they need not be aligned.
  return new Uint32Array(bytes.slice(from, to - ((to - from) % (4 * words))).buffer);
}

/** Values that are numbers of a dictionary's entries. */
class EntryValues implements PageValues {
  readonly #numbers: RleHybridReader;
  readonly #dictionary: Uint32Array;
  readonly #words: number;

  constructor({ bytes, values: { from, to } }: Page, dictionary: Uint32Array, words: number) {
    // A page without values may have nothing at all.
    this.#numbers = new RleHybridReader(bytes, from + 1, to, from < to ? (bytes[from] as number) : 1);
    this.#dictionary = dictionary;
    this.#words = words;
  }

  read(into: Uint32Array, from: number, count: number): void {
    const dictionary = this.#dictionary;
    const words = this.#words;
    // Entries lie where values will: of two words, the last ones move first.
    const first = words * from;
    this.#numbers.read(into, first, count);
    let largest = 0;
    for (let i = count - 1; i >= 0; i--) {
      const entry = into[first + i] as number;
      if (entry > largest) largest = entry;
      into[first + words * i] = dictionary[words * entry] as number;
      if (words === 2) into[first + 2 * i + 1] = dictionary[2 * entry + 1] as number;
    }
    const has = dictionary.length / this.#words;
    if (count > 0 && largest >= has) throw new Error(`a value is entry ${largest} of a dictionary that has ${has}`);
  }
}

/** Values that were decoded before. */
class DictionaryValues implements PageValues {
  readonly #all: Uint32Array;
  readonly #words: number;
  #at = 0;

  constructor(all: Uint32Array, words: number) {
    this.#all = all;
    this.#words = words;
  }

  read(into: Uint32Array, from: number, count: number): void {
    const end = this.#at + count * this.#words;
    if (end > this.#all.length) throw new Error('a page has fewer values than it says');
    into.set(this.#all.subarray(this.#at, end), from * this.#words);
    this.#at = end;
  }
}

function readerOf({ bytes, values: { from, to } }: Page): { view: DataView; offset: number } {
  return { view: new DataView(bytes.buffer, bytes.byteOffset + from, to - from), offset: 0 };
}

function unknownEncoding({ encoding }: Page): Error {
  return new Error(`unsupported page encoding: ${encoding ?? 'unknown'}`);
}
