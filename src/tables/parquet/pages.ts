import type { Encoding } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import type { ByteSource } from '../../requests/columnar/slices.js';
import { decompress } from './codecs.js';
import { PAST_NUMBERS } from './hybrid.js';

/** Where the pages of a column of a row group lie in a file: plain data. */
export interface ColumnChunk {
  readonly offset: number;
  readonly bytes: number;
  /** One of CODEC_NAMES. */
  readonly codec: string;
}

/** A page, decompressed; what it has lies in `bytes`, with PAST_NUMBERS more behind it. */
export interface Page {
  readonly kind: 'dictionary' | 'values';
  readonly bytes: Uint8Array;
  /** Entries, or rows. */
  readonly count: number;
  readonly encoding: Encoding | undefined;
  /** Where it says which rows are empty; absent where none can be. */
  readonly levels?: { readonly from: number; readonly to: number };
  readonly values: { readonly from: number; readonly to: number };
}

type PageHeader = ReturnType<typeof parquetHeader>;

/** What is read ahead at most. */
const READ_BYTES = 1 << 20;
/** Most headers are shorter than this, and none is longer than that. */
const SOME_HEADER = 1 << 12;
const MOST_HEADER = 1 << 24;
/** The largest page there can be. */
const MOST_PAGE = 1 << 27;
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

  /** The next page. Throws an Error where there is none, or none that can be read, and what the source throws. */
  next(): Page {
    for (;;) {
      const header = this.#header();
      const { compressed_page_size: compressed, uncompressed_page_size: length, type } = header;
      if (!(compressed >= 0 && length >= 0)) throw new Error('a page has no size');
      if (Math.max(compressed, length) > MOST_PAGE) {
        throw new Error(`a page has more than ${MOST_PAGE >> 20} MiB: write smaller pages or row groups`);
      }
      const bytes = this.#take(compressed);
      if (type === 'DICTIONARY_PAGE') return this.#dictionary(header, bytes);
      if (type === 'DATA_PAGE') return this.#values(header, bytes);
      if (type === 'DATA_PAGE_V2') return this.#values2(header, bytes);
      // An index page has nothing that rows need.
      if (type !== 'INDEX_PAGE') throw new Error('a page is of an unknown kind');
    }
  }

  #dictionary(header: PageHeader, bytes: Uint8Array): Page {
    const { num_values: count = -1, encoding } = header.dictionary_page_header ?? {};
    const plain = this.#plain(header, bytes);
    return {
      kind: 'dictionary',
      bytes: plain,
      count: counted(count),
      encoding,
      values: { from: 0, to: length(plain) },
    };
  }

  #values(header: PageHeader, bytes: Uint8Array): Page {
    const { num_values: count = -1, encoding, definition_level_encoding } = header.data_page_header ?? {};
    const plain = this.#plain(header, bytes);
    const page = { kind: 'values', bytes: plain, count: counted(count), encoding } as const;
    const to = length(plain);
    if (!this.#hasLevels) return { ...page, values: { from: 0, to } };
    if (definition_level_encoding !== 'RLE') {
      throw new Error(`a page says by ${definition_level_encoding} which rows are empty, which cannot be read`);
    }
    if (to < LENGTH_BYTES) throw new Error('a page ends early');
    const levels = { from: LENGTH_BYTES, to: LENGTH_BYTES + new DataView(plain.buffer).getUint32(0, true) };
    if (levels.to > to) throw new Error('a page ends early');
    return { ...page, levels, values: { from: levels.to, to } };
  }

  /** In pages of the second kind, what says which rows are empty comes first, and is not compressed. */
  #values2(header: PageHeader, bytes: Uint8Array): Page {
    const said = header.data_page_header_v2;
    const { num_values: count = -1, encoding, definition_levels_byte_length: levels = -1 } = said ?? {};
    const plain = new Uint8Array(header.uncompressed_page_size + PAST_NUMBERS);
    const to = length(plain);
    if (!(levels >= 0 && levels <= Math.min(bytes.length, to)) || said?.repetition_levels_byte_length) {
      throw new Error('a page ends early');
    }
    plain.set(bytes.subarray(0, levels));
    const codec = said?.is_compressed ? this.#chunk.codec : 'UNCOMPRESSED';
    if (to > levels) decompress(codec, bytes.subarray(levels), plain.subarray(levels, to));
    const page = { kind: 'values', bytes: plain, count: counted(count), encoding } as const;
    return { ...page, ...(this.#hasLevels ? { levels: { from: 0, to: levels } } : {}), values: { from: levels, to } };
  }

  #plain({ uncompressed_page_size: size }: PageHeader, bytes: Uint8Array): Uint8Array {
    const plain = new Uint8Array(size + PAST_NUMBERS);
    if (size > 0) decompress(this.#chunk.codec, bytes, plain.subarray(0, size));
    return plain;
  }

  /** Nobody knows how long a header is before it is read. */
  #header(): PageHeader {
    for (let some = SOME_HEADER; ; some *= 16) {
      const bytes = this.#look(Math.min(some, this.#end - this.#at));
      const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
      try {
        const header = parquetHeader(reader);
        this.#at += reader.offset;
        return header;
      } catch (error) {
        if (this.#at + some >= this.#end || some >= MOST_HEADER) throw error;
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

/** Of what is padded. */
function length(bytes: Uint8Array): number {
  return bytes.length - PAST_NUMBERS;
}

function counted(count: number): number {
  if (!(count >= 0)) throw new Error('a page does not say how many values it has');
  return count;
}
