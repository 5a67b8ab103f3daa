import type { ByteSource } from '../columnar/row_batch_reader.js';
import { decompressParquet } from './codecs.js';
import { type PageHeader, readPageHeader } from './page_header.js';
import { PAST_NUMBERS } from './rle_hybrid.js';
import { EndsEarlyError } from './thrift.js';

/** Where the pages of a column of a row group lie in a file: plain data. */
export interface ColumnChunk {
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
  /** One of CODEC_NAMES. */
  readonly codec: string;
}

/** A page, decompressed; what it has lies in `bytes`, with PAST_NUMBERS more behind it. */
export interface Page {
  readonly kind: 'dictionary' | 'values';
  readonly bytes: Uint8Array;
  /** Entries, or rows. */
  readonly count: number;
  /** Undefined for one that has no name. */
  readonly encoding: string | undefined;
  /** Where it says which rows are empty; absent where none can be. */
  readonly levels?: { readonly from: number; readonly to: number };
  readonly values: { readonly from: number; readonly to: number };
}

/** What is read ahead at most. */
const READ_BYTES = 1 << 20;
/** Most headers are shorter than this, and none is longer than that. */
const INITIAL_HEADER = 1 << 12;
const MAX_HEADER = 1 << 24;
/** The largest page there can be. */
export const MAX_PAGE = 1 << 27;
/** Bytes that each value may become: names are much shorter. */
const MAX_VALUE = 1 << 16;
const NONE = new Uint8Array();
const LENGTH_BYTES = 4;

/** The pages of a column of a row group, in their order. */
export class Pages {
  readonly #source: ByteSource;
  /** Where the file's pages end at the latest: some writers say too little of a column's bytes. */
  readonly #end: number;
  readonly #chunk: ColumnChunk;
  /** Whether rows may be empty. */
  readonly #hasLevels: boolean;
  #at: number;
  /** Bytes of the file, and where the first of them lies in it. */
  #window = new Uint8Array();
  #windowAt: number;

  constructor(source: ByteSource, end: number, chunk: ColumnChunk, hasLevels: boolean) {
    this.#source = source;
    this.#end = end;
    this.#chunk = chunk;
    this.#hasLevels = hasLevels;
    this.#at = chunk.offset;
    this.#windowAt = chunk.offset;
  }

  /** Bytes of the file that were read, headers among them. */
  get bytesRead(): number {
    return this.#at - this.#chunk.offset;
  }

  /** The next page. Throws an Error where there is none, or none that can be read, and what the source throws. */
  next(): Page {
    for (;;) {
      const header = this.#header();
      const { compressed, uncompressed, count, type } = header;
      if (!(compressed >= 0 && uncompressed >= 0)) throw new Error('a page has no size');
      if (Math.max(compressed, uncompressed) > MAX_PAGE) {
        throw new Error(`a page has more than ${MAX_PAGE >> 20} MiB: write smaller pages or row groups`);
      }
      const bytes = this.#take(compressed);
      // An index page has nothing that rows need.
      if (type === 'INDEX_PAGE') continue;
      if (type === undefined) throw new Error('a page is of an unknown kind');
      if (!(count >= 0)) throw new Error('a page does not say how many values it has');
      if (uncompressed > compressed && uncompressed > (count + 1) * MAX_VALUE) {
        throw new Error(`a page of ${count} values says that it becomes ${uncompressed} bytes, which is too much`);
      }
      if (type === 'DICTIONARY_PAGE') return this.#dictionary(header, bytes);
      return type === 'DATA_PAGE' ? this.#values(header, bytes) : this.#values2(header, bytes);
    }
  }

  #dictionary({ count, encoding, uncompressed }: PageHeader, bytes: Uint8Array): Page {
    const plain = this.#plain(bytes, uncompressed);
    return { kind: 'dictionary', bytes: plain, count, encoding, values: { from: 0, to: uncompressed } };
  }

  #values({ count, encoding, levelEncoding, uncompressed: to }: PageHeader, bytes: Uint8Array): Page {
    const plain = this.#plain(bytes, to);
    const page = { kind: 'values', bytes: plain, count, encoding } as const;
    if (!this.#hasLevels) return { ...page, values: { from: 0, to } };
    if (levelEncoding !== 'RLE') {
      throw new Error(`a page says by ${levelEncoding} which rows are empty, which cannot be read`);
    }
    if (to < LENGTH_BYTES) throw new Error('a page ends early');
    const levels = { from: LENGTH_BYTES, to: LENGTH_BYTES + new DataView(plain.buffer).getUint32(0, true) };
    if (levels.to > to) throw new Error('a page ends early');
    return { ...page, levels, values: { from: levels.to, to } };
  }

  /** In pages of the second kind, what says which rows are empty comes first, and is not compressed. */
  #values2(header: PageHeader, bytes: Uint8Array): Page {
    const { count, encoding, uncompressed: to, levelBytes: levels, repetitionBytes, isCompressed } = header;
    if (!(levels >= 0 && levels <= Math.min(bytes.length, to)) || repetitionBytes > 0) {
      throw new Error('a page ends early');
    }
    const rest = bytes.subarray(levels);
    // Where there are no values, there need not be anything that is compressed.
    const values =
      to > levels ? decompressParquet(isCompressed ? this.#chunk.codec : 'UNCOMPRESSED', rest, to - levels) : NONE;
    const plain = padded(bytes.subarray(0, levels), values);
    const page = { kind: 'values', bytes: plain, count, encoding } as const;
    return { ...page, ...(this.#hasLevels ? { levels: { from: 0, to: levels } } : {}), values: { from: levels, to } };
  }

  #plain(bytes: Uint8Array, length: number): Uint8Array {
    return padded(length > 0 ? decompressParquet(this.#chunk.codec, bytes, length) : NONE);
  }

  /** How long a header is shows when it is read. */
  #header(): PageHeader {
    for (let some = INITIAL_HEADER; ; some *= 16) {
      const bytes = this.#look(Math.min(some, this.#end - this.#at));
      try {
        const { header, length } = readPageHeader(bytes);
        this.#at += length;
        return header;
      } catch (error) {
        const hasMore = error instanceof EndsEarlyError && this.#at + some < this.#end && some < MAX_HEADER;
        if (!hasMore) throw error;
      }
    }
  }

  #take(bytes: number): Uint8Array {
    if (this.#at + bytes > this.#end) throw new Error('a page ends after the file');
    const taken = this.#look(bytes);
    this.#at += bytes;
    return taken;
  }

  /** The next bytes, which stay the next. */
  #look(bytes: number): Uint8Array {
    const from = this.#at - this.#windowAt;
    if (from + bytes > this.#window.length) {
      const known = this.#window.subarray(from);
      const { offset, bytes: all } = this.#chunk;
      const ahead = Math.min(offset + all - this.#at, this.#end - this.#at, READ_BYTES);
      const window = new Uint8Array(Math.max(bytes, ahead));
      window.set(known);
      this.#source.read(this.#at + known.length, window.subarray(known.length));
      this.#window = window;
      this.#windowAt = this.#at;
      return window.subarray(0, bytes);
    }
    return this.#window.subarray(from, from + bytes);
  }
}

/** Bytes one after the other, and PAST_NUMBERS more. */
function padded(...pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, PAST_NUMBERS));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
