import type { WorldNames } from '../../kernel/world.js';
import type { CellType, NumberType } from '../columnar/cells.js';
import { loadCodecs } from '../columnar/compression.js';
import { DECODE_BUFFER_ROWS, type DecodeBuffer } from '../columnar/decode_buffer.js';
import type { Entries } from '../columnar/dictionary.js';
import {
  type ByteSource,
  type ColumnRegions,
  type RowBatch,
  RowBatchReader,
  type TransientChunk,
} from '../columnar/row_batch_reader.js';
import { FileBytes } from '../file_source.js';
import { REQUEST_COLUMNS } from '../request_table.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import { loadedCodec } from './codecs.js';
import { ColumnReader, type ParquetColumn } from './column_reader.js';
import { withParquetErrors } from './decode_errors.js';
import type { ColumnChunk } from './pages.js';

/** What any thread needs to read splits of a table: plain data. */
export interface ParquetTableData {
  readonly kind: 'parquet';
  /** What messages call the file. */
  readonly file: string;
  /** Its descriptor, which is open as long as the table is. */
  readonly fd: number;
  /** Where its pages end at the latest. */
  readonly end: number;
  /** The request columns it has. */
  readonly columns: readonly ParquetColumn[];
}

/** Some consecutive row groups: plain data. */
export interface ParquetSplit {
  readonly firstRow: number;
  readonly rows: number;
  /** Of the file, about. */
  readonly bytes: number;
  readonly groups: readonly RowGroup[];
}

/** A row group; `firstRow` rows of the table come before it. */
export interface RowGroup {
  /** As people count them. */
  readonly number: number;
  readonly firstRow: number;
  readonly rows: number;
  /** One for each of the table's columns. */
  readonly chunks: readonly ColumnChunk[];
}

/** Numbers of texts, as a ColumnReader has them. */
const TEXT_NUMBERS: NumberType = { kind: 'numbers', bytes: 4, isSigned: false };

/** Reads splits of a table, in any thread. */
export class ParquetSplitReader {
  readonly #file: string;
  readonly #bytes: FileBytes;
  readonly #end: number;
  readonly #columns: readonly ColumnReader[];
  readonly #slices: RowBatchReader;
  readonly #loaded: DecodedRows;
  /** The texts that rows are looked up in, and how many there were. */
  readonly #known = new Map<ColumnReader, { readonly texts: Entries; readonly length: number }>();

  constructor({ file, fd, end, columns }: ParquetTableData, world: WorldNames, problems: RowDiagnostics) {
    this.#file = file;
    this.#bytes = new FileBytes(fd);
    this.#end = end;
    this.#columns = columns.map((column) => new ColumnReader(column));
    const types = REQUEST_COLUMNS.map((_, place): CellType | undefined => {
      const column = columns.find((given) => given.place === place);
      return column && (column.numbers ?? { kind: 'dictionary', index: TEXT_NUMBERS, dictionary: place });
    });
    this.#slices = new RowBatchReader(file, world, types, problems);
    this.#loaded = new DecodedRows(this.#columns);
  }

  /** Where the rows of the last chunk are. */
  get decodeBuffer(): DecodeBuffer {
    return this.#slices.decodeBuffer;
  }

  /** What read() of a split has to wait for: loading codecs, where there are any to load. */
  prepare({ groups }: ParquetSplit): Promise<void> | undefined {
    const codecs = groups.flatMap(({ chunks }) => chunks.flatMap(({ codec }) => loadedCodec(codec) ?? []));
    return codecs.length > 0 ? loadCodecs(codecs) : undefined;
  }

  /** The rows of a split, in chunks whose arrays the next one overwrites. Throws a RequestTableError or a system's error. */
  *read({ groups }: ParquetSplit): Generator<TransientChunk> {
    for (const group of groups) {
      this.#columns.forEach((column, i) => {
        column.open(this.#bytes, this.#end, group.chunks[i] as ColumnChunk);
      });
      for (let from = 0; from < group.rows; from += DECODE_BUFFER_ROWS) {
        const rows = Math.min(DECODE_BUFFER_ROWS, group.rows - from);
        for (const column of this.#columns) this.#lay(column, rows, group);
        yield* this.#slices.read(this.#loaded, this.#loaded.batch(rows), 0, rows, group.firstRow + from);
      }
    }
  }

  #lay(column: ColumnReader, rows: number, { number }: RowGroup): void {
    const { place } = column.column;
    const name = REQUEST_COLUMNS[place] as string;
    withParquetErrors(this.#file, name, `row group ${number}, column ${name}`, () => column.read(rows));
    const { texts } = column;
    if (!texts) return;
    const known = this.#known.get(column);
    if (known?.texts === texts && known.length === texts.length) return;
    this.#known.set(column, { texts, length: texts.length });
    this.#slices.setEntries(place, texts);
  }
}

/** Between columns in the offsets of DecodedRows. */
const COLUMN_STRIDE = 2 ** 20;

/** The rows that columns read last, as columns of bytes. */
class DecodedRows implements ByteSource {
  readonly #columns: readonly ColumnReader[];
  readonly #regions: readonly (ColumnRegions | undefined)[];

  constructor(columns: readonly ColumnReader[]) {
    this.#columns = columns;
    this.#regions = REQUEST_COLUMNS.map((_, place): ColumnRegions | undefined => {
      const at = columns.findIndex((reader) => reader.column.place === place);
      if (at === -1) return undefined;
      const { column, data, valid } = columns[at] as ColumnReader;
      const dataRegion = { offset: 2 * at * COLUMN_STRIDE, length: data.length };
      const validRegion = { offset: (2 * at + 1) * COLUMN_STRIDE, length: valid.length };
      return { data: dataRegion, ...(column.hasLevels ? { valid: validRegion } : {}) };
    });
  }

  batch(rows: number): RowBatch {
    return { rows, columns: this.#regions };
  }

  read(offset: number, into: Uint8Array): void {
    const half = Math.floor(offset / COLUMN_STRIDE);
    const column = this.#columns[half >> 1] as ColumnReader;
    const from = offset % COLUMN_STRIDE;
    into.set((half % 2 === 0 ? column.data : column.valid).subarray(from, from + into.length));
  }
}
