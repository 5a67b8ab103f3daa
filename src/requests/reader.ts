import type { World } from '../kernel/world.js';
import { CsvTable } from './csv.js';
import { LineSplitter } from './lines.js';
import { NdjsonTable } from './ndjson.js';
import { Problems } from './problems.js';
import { RowBuilder } from './rows.js';
import { CHUNK_ROWS, type RequestChunk, type RequestFormat } from './table.js';
import { decodeUtf8 } from './utf8.js';

const BYTE_ORDER_MARK = '\uFEFF';

/** How to read a table. */
export interface ReadOptions {
  /** What messages call the file; `<input>` by default. */
  readonly file?: string;
  /** Rows per chunk, at least 1; CHUNK_ROWS by default. */
  readonly chunkRows?: number;
  /** Where faults of rows are collected; a fresh one by default. */
  readonly problems?: Problems;
}

/**
 * Reads a request table that comes in pieces of text. Every line that is not blank becomes a row: one that cannot be
 * understood has `pre` BAD_ROW (or a task or token id that does not exist) and is reported in `problems`.
 * An NDJSON table may be empty; a CSV table has at least its header.
 */
export class TableReader {
  readonly problems: Problems;
  readonly #rows: RowBuilder;
  readonly #table: CsvTable | NdjsonTable;
  readonly #lines: LineSplitter;
  #isStart = true;
  #isEnd = false;

  /** Throws a RangeError for a chunk size below 1. */
  constructor(world: World, format: RequestFormat, options: ReadOptions = {}) {
    const { file = '<input>', chunkRows = CHUNK_ROWS, problems = new Problems() } = options;
    if (!Number.isInteger(chunkRows) || chunkRows < 1) throw new RangeError(`${chunkRows} rows make no chunk`);
    this.problems = problems;
    this.#rows = new RowBuilder(world, problems, chunkRows);
    const table = format === 'csv' ? new CsvTable(file, this.#rows, problems) : new NdjsonTable(this.#rows, problems);
    this.#table = table;
    this.#lines = new LineSplitter((line, number) => table.line(line, number));
  }

  /** Takes the next piece, which may end anywhere. Throws a RequestTableError for a header that is none. */
  push(text: string): void {
    if (text === '') return;
    const isMarked = this.#isStart && text.startsWith(BYTE_ORDER_MARK);
    this.#isStart = false;
    this.#lines.push(isMarked ? text.slice(1) : text);
  }

  /** Takes the end. Throws a RequestTableError for a CSV table without a header. */
  end(): void {
    this.#lines.end();
    if (this.#table instanceof CsvTable) this.#table.end();
    this.#isEnd = true;
  }

  /** The chunks finished since the last call; after end(), all of the rest. */
  take(): RequestChunk[] {
    return this.#rows.take(this.#isEnd);
  }
}

/**
 * Reads a request table from a stream of UTF-8 bytes (or of text), holding little more than one chunk of rows.
 * Faults of rows are in `options.problems`. Throws a RequestTableError for a table that has no header.
 */
export async function* readRequests(
  world: World,
  format: RequestFormat,
  source: AsyncIterable<Uint8Array | string>,
  options: ReadOptions = {},
): AsyncGenerator<RequestChunk> {
  const reader = new TableReader(world, format, options);
  for await (const text of decodeUtf8(source)) {
    reader.push(text);
    yield* reader.take();
  }
  reader.end();
  yield* reader.take();
}
