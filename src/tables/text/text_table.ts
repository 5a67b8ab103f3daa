import type { WorldNames } from '../../kernel/world.js';
import type { TableFile } from '../file_source.js';
import type { RequestChunk, RequestFormat } from '../request_table.js';
import { cellNames } from '../rows/cell_resolvers.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import type { Accepted, SplitEnd, SplitSizes } from '../split.js';
import { KeyColumns } from './ndjson_keys.js';
import { readInTurns } from './read_in_turns.js';
import type { TextSplit, TextSplitEnd, TextTableData } from './split.js';
import { TableReader } from './text_reader.js';

/**
 * A text table in a file, which can be read in splits. It is cut without looking at it: where a row of CSV goes on into the
 * next split, that is read again from where the row ends.
 */
export class TextTable {
  readonly data: TextTableData;
  readonly #bytes: TableFile;
  readonly #world: WorldNames;
  readonly #problems: RowDiagnostics;
  readonly #keys: KeyColumns;
  /** What was taken so far, the header included: bytes, lines and rows. */
  #offset: number;
  #lines: number;
  #rows = 0;

  /** `reader` has read the header, where there is one. */
  private constructor(data: TextTableData, bytes: TableFile, world: WorldNames, reader: TableReader) {
    this.data = data;
    this.#bytes = bytes;
    this.#world = world;
    this.#problems = reader.problems;
    this.#keys = new KeyColumns(this.#problems);
    this.#offset = reader.offset;
    this.#lines = reader.line - 1;
  }

  /** Over an open file. Reads the header of a CSV table. Rejects with a RequestTableError or a system's error. */
  static async open(
    file: string,
    bytes: TableFile,
    format: RequestFormat,
    world: WorldNames,
    problems: RowDiagnostics,
  ): Promise<TextTable> {
    const range = { from: 0, line: 1, stop: 0 };
    const reader = new TableReader(cellNames(world), format, { file, problems }, range);
    if (format === 'csv') {
      for (let at = 0; !reader.isDone; ) {
        const piece = await bytes.piece(at);
        at += piece.length;
        if (piece.length === 0) break;
        reader.push(piece);
      }
      if (!reader.isDone) reader.end();
    }
    const { fd, size } = bytes;
    return new TextTable({ kind: 'text', file, fd, size, format, columns: reader.columns }, bytes, world, reader);
  }

  get bytesRead(): number {
    return this.#offset;
  }

  /** All rows after the header, in splits of `splitBytes`. */
  *splits({ bytes }: SplitSizes): Generator<TextSplit> {
    const { size } = this.data;
    for (let from = this.#offset; from < size; ) {
      const to = Math.min(from + bytes, size);
      yield { from, to, isStart: from === this.#offset };
      from = to;
    }
  }

  accept(split: TextSplit, { rows, problems, text }: SplitEnd): Accepted {
    const { start, end, lines, keys } = text as TextSplitEnd;
    if (split.to <= this.#offset) return { kind: 'covered' };
    if (start !== this.#offset) return { kind: 'again', split: { ...split, from: this.#offset, isStart: true } };
    if (end === undefined) return { kind: 'endless' };
    const taken = { kind: 'taken', rowsBefore: this.#rows, linesBefore: this.#lines } as const;
    for (const key of keys) this.#keys.columnOf(key);
    this.#problems.merge(problems, this.#lines);
    this.#rows += rows;
    this.#lines += lines;
    this.#offset = end;
    return taken;
  }

  /** The rows from the first one on that was not taken. Throws the signal's reason, and as reading chunks does. */
  async *rest(signal: AbortSignal | undefined): AsyncGenerator<RequestChunk> {
    const { file, format, columns } = this.data;
    const range = { from: this.#offset, line: this.#lines + 1, columns, keys: this.#keys };
    const reader = new TableReader(cellNames(this.#world), format, { file, problems: this.#problems }, range);
    const rowsBefore = this.#rows;
    for (let at = this.#offset; ; ) {
      const piece = await this.#bytes.piece(at);
      at += piece.length;
      for await (const slice of readInTurns(piece, signal)) reader.push(slice);
      if (piece.length === 0) reader.end();
      for (const chunk of reader.take()) yield { ...chunk, firstRow: chunk.firstRow + rowsBefore };
      this.#offset = at;
      if (piece.length === 0) return;
    }
  }
}
