import type { WorldNames } from '../../kernel/world.js';
import type { OpenFile } from '../../tables/file_source.js';
import type { RequestChunk, RequestFormat } from '../../tables/request_table.js';
import { cellNames } from '../../tables/rows/cell_resolvers.js';
import type { RowDiagnostics } from '../../tables/rows/row_diagnostics.js';
import { KeyColumns } from '../../tables/text/ndjson_keys.js';
import { TableReader } from '../../tables/text/text_reader.js';
import type { BatchWorkers } from '../batch_workers.js';
import { BatchFileError } from '../errors.js';
import type { CountedSplit } from '../summary/summary.js';
import { readInTurns } from '../yield_between.js';
import { unwrap } from './read_failure.js';
import type { ReadTextSplit, TextSplit, TextSplitResult } from './text_split.js';

/** Parts that are read ahead for each worker. */
const SPLITS_AHEAD = 2;
/**
 * Parts of a large table that is only counted, for each worker, and how much larger than others they may be: what a part counts
 * has a place for every task and outcome, which takes as long to pass on as thousands of rows.
 */
const COUNTED_SPLITS = 32;
const MAX_SPLITS_PER_TASK = 8;

/** A text table in a file, to be read by workers. */
export interface SplittableText {
  readonly path: string;
  readonly file: OpenFile;
  readonly format: RequestFormat;
  readonly world: WorldNames;
  readonly problems: RowDiagnostics;
  readonly partBytes: number;
  /** Called with the number of bytes that were read to their end. */
  readonly onBytes: (bytes: number) => void;
  /** Ends reading in this thread. */
  readonly signal: AbortSignal | undefined;
}

/** A part that a worker is about to read. */
interface Ahead {
  readonly part: TextSplit;
  readonly answer: Promise<TextSplitResult>;
}

/**
 * Reads a table by parts, over workers: its chunks, or with `isCounted` what was counted of them, in the order of the
 * table. A part is cut without looking at it: where a row of CSV goes on into the next one, that is read again from where
 * the row ends. Throws a BatchFileError, a RequestTableError, a PoolError, or what the signal's reason is.
 */
export function readTextSplits(
  table: SplittableText,
  batchWorkers: BatchWorkers,
  isCounted: boolean,
): AsyncGenerator<RequestChunk | CountedSplit> {
  return new SplitTextReading(table, batchWorkers, isCounted).run();
}

class SplitTextReading {
  readonly #table: SplittableText;
  readonly #batchWorkers: BatchWorkers;
  readonly #isCounted: boolean;
  readonly #keys: KeyColumns;
  readonly #partBytes: number;
  /** What was read so far: bytes, lines and rows. */
  #offset = 0;
  #lines = 0;
  #rows = 0;
  #columns: readonly number[] | undefined;
  /** Where the next part is cut. */
  #cut = 0;
  readonly #ahead: Ahead[] = [];

  constructor(table: SplittableText, batchWorkers: BatchWorkers, isCounted: boolean) {
    this.#table = table;
    this.#batchWorkers = batchWorkers;
    this.#isCounted = isCounted;
    this.#keys = new KeyColumns(table.problems);
    const { partBytes } = table;
    const counted = Math.ceil(table.file.size / (COUNTED_SPLITS * batchWorkers.workers));
    this.#partBytes = isCounted ? Math.min(Math.max(counted, partBytes), MAX_SPLITS_PER_TASK * partBytes) : partBytes;
  }

  async *run(): AsyncGenerator<RequestChunk | CountedSplit> {
    const { path } = this.#table;
    let isDone = false;
    try {
      if (this.#table.format === 'csv') await this.#readHeader();
      this.#cut = this.#offset;
      yield* this.#readParts();
      isDone = true;
    } catch (error) {
      // What the system says of a file; anything else says what it is.
      throw error instanceof Error && 'syscall' in error ? new BatchFileError('read', path, error) : error;
    } finally {
      // Where nobody waits for them, threads end in the middle of a part, which may take long.
      if (!isDone) await this.#batchWorkers.dismiss();
      // A file that is closed must not be read any more.
      await Promise.allSettled(this.#ahead.map(({ answer }) => answer));
    }
  }

  /** Reads the header of a CSV table: where its rows start, and what their fields are. */
  async #readHeader(): Promise<void> {
    const { path, problems, world, format } = this.#table;
    const reader = new TableReader(cellNames(world), format, { file: path, problems }, { from: 0, line: 1, stop: 0 });
    for (let at = 0; !reader.isDone; ) {
      const piece = await this.#table.file.piece(at);
      at += piece.length;
      if (piece.length > 0) reader.push(piece);
      else break;
    }
    if (!reader.isDone) reader.end();
    this.#columns = reader.columns;
    this.#offset = reader.offset;
    this.#lines = reader.line - 1;
  }

  async *#readParts(): AsyncGenerator<RequestChunk | CountedSplit> {
    while (this.#offset < this.#table.file.size) {
      this.#readAhead();
      const { part, answer } = this.#ahead[0] as Ahead;
      // A row that starts in an earlier part may go on past this one.
      if (part.to > this.#offset) {
        let { read, chunks, counts } = await answer;
        if (read.start !== this.#offset) {
          ({ read, chunks, counts } = await this.#read({ ...part, from: this.#offset, isStart: true }));
        }
        if (read.end === undefined) {
          yield* this.#readRest();
          return;
        }
        const [rowsBefore, linesBefore] = [this.#rows, this.#lines];
        this.#add(read, read.end);
        if (counts) yield { counts, rowsBefore, linesBefore };
        for (const chunk of chunks) yield shifted(chunk, rowsBefore, linesBefore);
      }
      this.#ahead.shift();
    }
  }

  #readAhead(): void {
    const { file, format } = this.#table;
    const { fd, size } = file;
    while (this.#ahead.length < SPLITS_AHEAD * this.#batchWorkers.workers && this.#cut < size) {
      const from = this.#cut;
      this.#cut = Math.min(from + this.#partBytes, size);
      const isStart = from === this.#offset;
      const part = { fd, size, format, from, to: this.#cut, isStart, columns: this.#columns };
      const answer = this.#read(part);
      // Where an earlier part fails, nobody asks what became of this one.
      answer.catch(() => undefined);
      this.#ahead.push({ part, answer });
    }
  }

  async #read(part: TextSplit): Promise<TextSplitResult> {
    return unwrap(this.#table.path, await this.#batchWorkers.readText(part, this.#isCounted));
  }

  #add({ keys, problems, lines, rows }: ReadTextSplit, end: number): void {
    for (const key of keys) this.#keys.columnOf(key);
    this.#table.problems.merge(problems, this.#lines);
    this.#rows += rows;
    this.#lines += lines;
    this.#offset = end;
    this.#table.onBytes(end);
  }

  /** Reads on in this thread, from the first row that was not read. */
  async *#readRest(): AsyncGenerator<RequestChunk> {
    const { path, problems, world, format, onBytes, signal } = this.#table;
    const range = { from: this.#offset, line: this.#lines + 1, columns: this.#columns, keys: this.#keys };
    const reader = new TableReader(cellNames(world), format, { file: path, problems }, range);
    for (let at = this.#offset; ; ) {
      const piece = await this.#table.file.piece(at);
      at += piece.length;
      for await (const slice of readInTurns(piece, signal)) reader.push(slice);
      if (piece.length === 0) reader.end();
      for (const chunk of reader.take()) yield shifted(chunk, this.#rows, 0);
      onBytes(at);
      if (piece.length === 0) return;
    }
  }
}

/** A chunk that so many rows and lines come before. */
function shifted(chunk: RequestChunk, rowsBefore: number, linesBefore: number): RequestChunk {
  const { lines, firstRow } = chunk;
  if (lines && linesBefore > 0)
    for (let row = 0; row < lines.length; row++) lines[row] = (lines[row] as number) + linesBefore;
  return { ...chunk, firstRow: firstRow + rowsBefore };
}
