import type { NumberType } from '../columnar/cells.js';
import { DECODE_BUFFER_ROWS } from '../columnar/decode_buffer.js';
import type { ByteSource } from '../columnar/row_batch_reader.js';
import { dictionaryValues, LEVEL_BITS, type PageValues, pageValues, type ValueKind } from './page_values.js';
import { type ColumnChunk, Pages } from './pages.js';
import { RleHybridReader } from './rle_hybrid.js';
import { INITIAL_TEXTS, StringTable } from './string_table.js';

/** What a column of a file holds: plain data. */
export interface ParquetColumn {
  /** In REQUEST_COLUMNS. */
  readonly place: number;
  /** Absent for texts. */
  readonly numbers?: NumberType;
  /** Whether rows may be empty. */
  readonly hasLevels: boolean;
}

/** Reads a column, row group by row group: at most DECODE_BUFFER_ROWS rows at a time. */
export class ColumnReader {
  readonly column: ParquetColumn;
  /** The rows that were read last: numbers, or those of `texts`. */
  readonly data: Uint8Array;
  /** A bit a row, 0 for an empty one. */
  readonly valid: Uint8Array;
  /** Of a column of texts. */
  texts: StringTable | undefined;
  readonly #words: Uint32Array;
  /** Values that are not empty, before they are put in their rows. */
  readonly #dense: Uint32Array;
  readonly #levels = new Uint32Array(DECODE_BUFFER_ROWS);
  #dictionary: Uint32Array = new Uint32Array();
  #pages: Pages | undefined;
  #end = 0;
  /** Bytes of pages that were read, of all row groups. */
  #bytesRead = 0;
  /** Rows of the row group that no page has had yet. */
  #groupRows = 0;
  /** Of the page. */
  #rowsLeft = 0;
  #rowLevels: RleHybridReader | undefined;
  #values: PageValues | undefined;

  constructor(column: ParquetColumn) {
    this.column = column;
    this.texts = column.numbers ? undefined : new StringTable();
    this.data = new Uint8Array(4 * this.#kind.words * DECODE_BUFFER_ROWS);
    this.valid = new Uint8Array(DECODE_BUFFER_ROWS / 8);
    this.#words = new Uint32Array(this.data.buffer);
    this.#dense = new Uint32Array(this.#words.length);
  }

  /** Starts with a row group, whose pages end before byte `end` of the file. */
  open(source: ByteSource, end: number, chunk: ColumnChunk): void {
    this.#pages = new Pages(source, end, chunk, this.column.hasLevels);
    this.#end = end;
    this.#groupRows = chunk.rows;
    this.#rowsLeft = 0;
    this.#values = undefined;
    this.#dictionary = new Uint32Array();
    if (this.texts && this.texts.length > INITIAL_TEXTS) this.texts = new StringTable();
  }

  /** Reads the next rows. Throws an Error where there are not as many, or where they cannot be read. */
  read(rows: number): void {
    // Until an empty row is met.
    this.valid.fill(255);
    for (let row = 0; row < rows; ) {
      while (this.#rowsLeft === 0) this.#nextPage();
      const some = Math.min(this.#rowsLeft, rows - row);
      this.#readSome(row, some);
      this.#rowsLeft -= some;
      row += some;
    }
  }

  get #kind(): ValueKind {
    return { words: this.column.numbers?.bytes === 8 ? 2 : 1, texts: this.texts };
  }

  #nextPage(): void {
    const pages = this.#pages as Pages;
    const before = pages.bytesRead;
    const page = pages.next();
    this.#bytesRead += pages.bytesRead - before;
    // A page that is read over and over becomes more than the file has room for.
    if (this.#bytesRead > this.#end) throw new Error('row groups name the same pages');
    if (page.kind === 'dictionary') {
      if (this.#values) throw new Error('a dictionary comes after values');
      this.#dictionary = dictionaryValues(page, this.#kind);
      return;
    }
    const { levels } = page;
    if (page.count > this.#groupRows) {
      throw new Error(`a page has ${page.count} values, and the row group has ${this.#groupRows} more rows`);
    }
    this.#groupRows -= page.count;
    this.#rowsLeft = page.count;
    this.#rowLevels = levels && new RleHybridReader(page.bytes, levels.from, levels.to, LEVEL_BITS);
    this.#values = pageValues(page, this.#kind, this.#dictionary);
  }

  #readSome(row: number, rows: number): void {
    const values = this.#values as PageValues;
    const levels = this.#levels;
    this.#rowLevels?.read(levels, 0, rows);
    const filled = this.#rowLevels ? sumOf(levels, rows) : rows;
    if (filled === rows) {
      values.read(this.#words, row, rows);
      return;
    }
    values.read(this.#dense, 0, filled);
    this.#spread(row, rows);
  }

  /** Puts values in the rows that are not empty. */
  #spread(row: number, rows: number): void {
    const [words, dense, levels, valid] = [this.#words, this.#dense, this.#levels, this.valid];
    const size = this.#kind.words;
    for (let i = 0, from = 0, to = row; i < rows; i++, to++) {
      const level = levels[i] as number;
      // What an empty row gets does not matter.
      words[size * to] = dense[from] as number;
      if (size === 2) words[2 * to + 1] = dense[from + 1] as number;
      from += size * level;
      valid[to >> 3] = (valid[to >> 3] as number) & ~((level ^ 1) << (to & 7));
    }
  }
}

function sumOf(numbers: Uint32Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += numbers[i] as number;
  return sum;
}
