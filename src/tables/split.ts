import type { ArrowSplit, ArrowTableData } from './arrow/split.js';
import type { AddedNames } from './columnar/added_names.js';
import type { DecodeBuffer } from './columnar/decode_buffer.js';
import type { TransientChunk } from './columnar/row_batch_reader.js';
import type { ParquetSplit, ParquetTableData } from './parquet/split.js';
import type { RequestChunk } from './request_table.js';
import type { CopyRoom } from './rows/copy_room.js';
import { type RowDiagnosticCounts, RowDiagnostics } from './rows/row_diagnostics.js';
import type { TextSplit, TextSplitEnd, TextTableData } from './text/split.js';

/** What any thread needs to read splits of a table in a file: plain data. */
export type TableData = TextTableData | ArrowTableData | ParquetTableData;

/** Consecutive rows of such a table, and where they are in the file: plain data. */
export type Split = TextSplit | ArrowSplit | ParquetSplit;

/** What comes of a split besides its rows: plain data. */
export interface SplitEnd {
  readonly rows: number;
  readonly problems: RowDiagnosticCounts;
  /** Of a text table: where its rows started and ended. */
  readonly text?: TextSplitEnd;
}

/** What a table answers to the end of a split. */
export type Accepted =
  /** The rows are the next of the table: this many rows and lines come before them. */
  | { readonly kind: 'taken'; readonly rowsBefore: number; readonly linesBefore: number }
  /** A row of an earlier split goes on past this one: it has no rows of its own. */
  | { readonly kind: 'covered' }
  /** A row of an earlier split goes on into this one: the rows start elsewhere, and are to be read from there. */
  | { readonly kind: 'again'; readonly split: Split }
  /** Its last row goes on for too long to be followed: the table is to be read by rest(). */
  | { readonly kind: 'endless' };

/** How large splits are, about. */
export interface SplitSizes {
  /** Bytes, of a text table. */
  readonly bytes: number;
  /** Rows, of a table in columns; by default as many as make the cost of a split negligible. */
  readonly rows?: number | undefined;
}

/** A table in a file that threads can read in splits. */
export interface SplittableTable {
  readonly data: TableData;
  /** Most rows of a part that is not cut, where there are such parts. */
  readonly uncutRows?: number;
  /** How many names its rows can add to the world's; any number where it does not say. */
  readonly addedNames?: AddedNames;
  /** Bytes of the splits that were taken. */
  readonly bytesRead: number;
  /** All splits in order. Throws as reading chunks does. */
  splits(sizes: SplitSizes): Iterable<Split>;
  /** Takes what came of the next split, in the table's order, and its problems. */
  accept(split: Split, end: SplitEnd): Accepted;
  /** The rows from the first one on that was not taken, read in this thread; a table in columns needs it never. */
  rest?(signal: AbortSignal | undefined): AsyncIterable<RequestChunk>;
}

/** Reads splits of a table, in any thread. */
export interface SplitReader {
  /** Of a table in columns: where the rows of the last chunk are. */
  readonly decodeBuffer?: DecodeBuffer;
  /** What read() of a split has to wait for, where there is anything. */
  prepare?(split: Split): Promise<void> | undefined;
  /**
   * The rows of a split; of a table in columns in chunks whose arrays the next one overwrites, else in chunks that are copied to
   * `room`. Throws a RequestTableError or a system's error.
   */
  read(split: Split, room?: CopyRoom): Iterable<RequestChunk | TransientChunk>;
  /** Of a text table: where the rows of the last split started and ended. */
  readonly textEnd?: TextSplitEnd | undefined;
}

/** Of a split without problems. */
export const NO_PROBLEMS: RowDiagnosticCounts = new RowDiagnostics().drain();
