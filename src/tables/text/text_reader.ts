import { requireObject, requireWhole } from '../../kernel/arguments.js';
import { checkWorldNames } from '../../kernel/check_world.js';
import type { WorldNames } from '../../kernel/world.js';
import { requireFormat, requirePieces } from '../check_source.js';
import {
  CHUNK_ROWS,
  MAX_CHUNK_ROWS,
  REQUEST_FORMATS,
  type RequestChunk,
  type RequestFormat,
  RequestTableError,
} from '../request_table.js';
import { type CellNames, cellNames } from '../rows/cell_resolvers.js';
import { ChunkBuilder } from '../rows/chunk_builder.js';
import type { CopyRoom } from '../rows/copy_room.js';
import { RowBuilder } from '../rows/row_builder.js';
import { RowDiagnostics } from '../rows/row_diagnostics.js';
import { CsvTable } from './csv_reader.js';
import { LineSplitter } from './line_splitter.js';
import { KeyColumns } from './ndjson_keys.js';
import { NdjsonTable } from './ndjson_reader.js';
import { PlainRows } from './plain_rows.js';
import { RowReader } from './row_reader.js';
import { encodeUtf8 } from './utf8.js';

/** Most bytes of one line that are passed over to find its end. */
const MAX_SKIPPED = 64 * 1_048_576;

/** How to read a table. */
export interface ReadOptions {
  /** What messages call the file; `<input>` by default. */
  readonly file?: string;
  /** Rows per chunk, at least 1; CHUNK_ROWS by default. */
  readonly chunkRows?: number;
  /** Where faults of rows are collected; a fresh one by default. */
  readonly problems?: RowDiagnostics;
}

/** Where in a file a reader starts, and where it stops. */
export interface ReadRange {
  /** The byte where a line starts, outside a row. */
  readonly from: number;
  /** The number of that line, from 1. */
  readonly line: number;
  /** The header, if it is read, and the rows that start before this byte; all rows by default. */
  readonly stop?: number;
  /** For a CSV table: the request column of each field, as the header has them; below 0 for none. */
  readonly columns?: readonly number[] | undefined;
  /** For an NDJSON table: keys met before. */
  readonly keys?: KeyColumns;
  /** What reads plain rows, where one has been made before for the same names. */
  readonly reader?: RowReader;
  /** Where chunks are copied to. */
  readonly room?: CopyRoom | undefined;
}

/**
 * Reads a request table that comes in pieces of UTF-8. Every line that is not blank becomes a row: one that cannot be
 * understood has `pre` BAD_ROW (or a task or token id that does not exist) and is reported in `problems`.
 * An NDJSON table may be empty; a CSV table has at least its header.
 */
export class TableReader {
  readonly problems: RowDiagnostics;
  /** The keys of an NDJSON table. */
  readonly keys: KeyColumns;
  readonly #rows: RowBuilder;
  readonly #table: CsvTable | NdjsonTable;
  readonly #lines: LineSplitter;
  readonly #file: string;
  #isEnd = false;

  /** Reads all of a file, or the rows of a range. Throws an InvalidArgumentError for a chunk size that is none. */
  constructor(names: CellNames, format: RequestFormat, options: ReadOptions = {}, range?: ReadRange) {
    const { file = '<input>', chunkRows = CHUNK_ROWS, problems = new RowDiagnostics() } = options;
    requireWhole('chunkRows', chunkRows, 1, MAX_CHUNK_ROWS);
    this.problems = problems;
    this.#file = file;
    this.keys = range?.keys ?? new KeyColumns(problems);
    const reader = range?.reader ?? new RowReader(names, chunkRows);
    reader.begin();
    const chunks = new ChunkBuilder(reader.storage, range?.room);
    const plain = new PlainRows(reader, chunks);
    this.#rows = new RowBuilder(names, problems, chunks);
    this.#table =
      format === 'csv'
        ? new CsvTable(file, this.#rows, plain, problems, range?.columns)
        : new NdjsonTable(this.#rows, plain, this.keys);
    this.#lines = new LineSplitter(this.#table, reader, range?.from, range?.line, range?.stop);
  }

  /** The request column of each field of a CSV table, below 0 for none, once its header was read. */
  get columns(): readonly number[] | undefined {
    return this.#table instanceof CsvTable ? this.#table.columns : undefined;
  }

  /** Where the first row starts that was not read yet, where none is under way; 0 for the first byte of the file. */
  get offset(): number {
    return this.#lines.offset;
  }

  /** The number of the line there. */
  get line(): number {
    return this.#lines.number;
  }

  /** Whether all rows of the range were read. */
  get isDone(): boolean {
    return this.#lines.isDone;
  }

  /**
   * Takes the next piece, which may end anywhere. Throws a RequestTableError for a header that is none, and for a line that
   * goes on for more than MAX_SKIPPED bytes: it may have no end (a device).
   */
  push(piece: Uint8Array): void {
    this.#lines.push(piece);
    if (this.#lines.skipped <= MAX_SKIPPED) return;
    const reason = `the line goes on for more than ${MAX_SKIPPED / 1_048_576} MiB: no table has such a line`;
    throw new RequestTableError(this.#file, this.#lines.number, undefined, reason);
  }

  /** Takes the end. Throws a RequestTableError for a CSV table without a header. */
  end(): void {
    this.#lines.end();
    this.#table.end();
    this.#isEnd = true;
  }

  /** The chunks finished since the last call; after end(), or where it is done, all of the rest. */
  take(): RequestChunk[] {
    return this.#rows.take(this.#isEnd || this.isDone);
  }
}

/**
 * Reads a request table from a stream of UTF-8 bytes (or of text), holding little more than one chunk of rows.
 * Faults of rows are in `options.problems`. Throws a RequestTableError for a table that has no header.
 */
export async function* readRequests(
  world: WorldNames,
  format: RequestFormat,
  source: AsyncIterable<Uint8Array | string>,
  options: ReadOptions = {},
): AsyncGenerator<RequestChunk> {
  checkWorldNames(world);
  requireFormat(format, REQUEST_FORMATS);
  requirePieces(source);
  requireObject('options', options);
  const reader = new TableReader(cellNames(world), format, options);
  for await (const piece of encodeUtf8(source)) {
    reader.push(piece);
    yield* reader.take();
  }
  reader.end();
  yield* reader.take();
}
