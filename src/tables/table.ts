import type { TransientChunk } from './columnar/row_batch_reader.js';
import type { OpenFile } from './file_source.js';
import type { TableFormat } from './formats.js';
import type { RequestChunk } from './request_table.js';
import type { ColumnarSplit, TableData } from './split.js';

/** A table to read. */
export interface TableInput {
  /** What messages call it. */
  readonly file: string;
  readonly format: TableFormat;
  /** Where it is a regular file: then its bytes can be read in any order. The caller closes it. */
  readonly open?: OpenFile | undefined;
  /** Its bytes from the first to the last; called once at most. */
  pieces(): AsyncIterable<Uint8Array | string>;
}

/** A table whose rows can be read. */
export interface OpenTable {
  /** Throws a RequestTableError, or a system's error. */
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** The same, for who is done with a chunk before the next: read these or those. Absent where chunks are made for good. */
  readonly fleeting?: AsyncIterable<TransientChunk> | Iterable<TransientChunk>;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** Bytes of the file that were read; undefined where `pieces` tells. */
  bytesRead?(): number;
  /** The table in parts that any thread can read; absent where it is read from its start to its end. */
  readonly parts?: TableSplits;
}

/** A table in parts. */
export interface TableSplits {
  /** What a thread needs to read them. */
  readonly table: TableData;
  /** Throws as reading chunks does. */
  all(): Iterable<ColumnarSplit>;
  /** Counts a part as read. */
  done(part: ColumnarSplit): void;
}
