import type { WorldNames } from '../kernel/world.js';
import type { TransientChunk } from '../requests/columnar/slices.js';
import type { RowDiagnostics } from '../requests/problems.js';
import { readRequests } from '../requests/reader.js';
import { type RequestChunk, RequestTableError } from '../requests/table.js';
import type { OpenFile } from './file_source.js';
import { isColumnar, type TableFormat } from './formats.js';
import type { ColumnarSplit, TableData } from './read_splits.js';

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

/** Opens a table. Faults of rows go to `problems`. Rejects with a RequestTableError, or a system's error. */
export async function openTable(input: TableInput, world: WorldNames, problems: RowDiagnostics): Promise<OpenTable> {
  const { file, format } = input;
  if (!isColumnar(format)) {
    return { chunks: readRequests(world, format, input.pieces(), { file, problems }) };
  }
  if (format === 'parquet') return openParquetTable(input, world, problems);
  // Loaded where it is needed: most tables are text.
  const { openArrow } = await import('./arrow/open.js');
  return openArrow(input, world, problems);
}

async function openParquetTable(
  { file, open }: TableInput,
  world: WorldNames,
  problems: RowDiagnostics,
): Promise<OpenTable> {
  if (open === undefined) {
    throw new RequestTableError(file, undefined, undefined, 'a Parquet table cannot come through a pipe: name a file');
  }
  const { openParquet } = await import('./parquet/open.js');
  return openParquet(file, open, world, problems);
}
