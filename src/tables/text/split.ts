import type { WorldNames } from '../../kernel/world.js';
import { FileBytes } from '../file_source.js';
import { CHUNK_ROWS, type RequestChunk, type RequestFormat } from '../request_table.js';
import { type CellNames, cellNames } from '../rows/cell_resolvers.js';
import type { CopyRoom } from '../rows/copy_room.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import { RowReader } from './row_reader.js';
import { TableReader } from './text_reader.js';

const READ_BYTES = 1 << 18;
/** What is read at a time to find the end of the last row. */
const READ_BEYOND = 1 << 14;
/** Most that is read for that: twice what the longest line may have. */
const MAX_BEYOND = 1 << 23;
const LINE_FEED = 0x0a;

/** What any thread needs to read splits of a text table: plain data. */
export interface TextTableData {
  readonly kind: 'text';
  /** What messages call the file. */
  readonly file: string;
  /** Its descriptor, which is open as long as the table is. */
  readonly fd: number;
  /** Its bytes. */
  readonly size: number;
  readonly format: RequestFormat;
  /** For CSV: the request column of each field, below 0 for none. */
  readonly columns?: readonly number[] | undefined;
}

/** Bytes of a text table, without its header: plain data. */
export interface TextSplit {
  /** The split has the rows that start from byte `from` up to `to`. */
  readonly from: number;
  readonly to: number;
  /** Whether a row starts at `from`. Else the first line that starts from there on is taken for one. */
  readonly isStart: boolean;
}

/** Where the rows of a split were found. Lines count from the split's first. */
export interface TextSplitEnd {
  /** Where its first row starts; `to` or more where it has none. */
  readonly start: number;
  /** Where the next row starts; undefined where a row goes on for too long to be followed. */
  readonly end: number | undefined;
  readonly lines: number;
  /** Keys of NDJSON rows, in the order in which they were met. */
  readonly keys: readonly string[];
}

/** Reads splits of a text table. */
export class TextSplitReader {
  readonly #data: TextTableData;
  readonly #bytes: FileBytes;
  readonly #names: CellNames;
  readonly #problems: RowDiagnostics;
  readonly #scratch = new Uint8Array(READ_BYTES);
  readonly #reader: RowReader;
  #end: TextSplitEnd | undefined;

  constructor(data: TextTableData, world: WorldNames, problems: RowDiagnostics) {
    this.#data = data;
    this.#bytes = new FileBytes(data.fd);
    this.#names = cellNames(world);
    this.#reader = new RowReader(this.#names, CHUNK_ROWS);
    this.#problems = problems;
  }

  /** Where the rows of the split that was read last started and ended. */
  get textEnd(): TextSplitEnd | undefined {
    return this.#end;
  }

  /** The rows of a split, in chunks that are copied to `room`. Throws a system's error. */
  *read(split: TextSplit, room?: CopyRoom): Generator<RequestChunk> {
    const { file, format, columns } = this.#data;
    const { to } = split;
    const start = split.isStart ? split.from : this.#nextLine(split.from, to);
    const options = { file, problems: this.#problems };
    const range = { from: start, line: 1, stop: to, columns, reader: this.#reader, room };
    const reader = new TableReader(this.#names, format, options, range);
    let end: number | undefined;
    for (let at = start; start < to; ) {
      const piece = this.#piece(at, at < to ? to - at : READ_BEYOND);
      at += piece.length;
      if (piece.length > 0) reader.push(piece);
      else reader.end();
      yield* reader.take();
      if (reader.isDone || piece.length === 0) {
        end = reader.offset;
        break;
      }
      if (at > to + MAX_BEYOND) break;
    }
    this.#end = { start, end: start < to ? end : start, lines: reader.line - 1, keys: reader.keys.added };
  }

  /** Up to `most` bytes from `at` on; none at the end of the file. */
  #piece(at: number, most: number): Uint8Array {
    const piece = this.#scratch.subarray(0, Math.max(0, Math.min(most, this.#data.size - at, READ_BYTES)));
    this.#bytes.read(at, piece);
    return piece;
  }

  /** Where the first line starts from `from` on, as far as `to`. */
  #nextLine(from: number, to: number): number {
    for (let at = from - 1; at < to; ) {
      const piece = this.#piece(at, to - at);
      const end = piece.indexOf(LINE_FEED) + 1;
      if (end > 0) return at + end;
      if (piece.length === 0) break;
      at += piece.length;
    }
    return to;
  }
}
