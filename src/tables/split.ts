import type { ArrowSplit, ArrowTableData } from './arrow/split.js';
import type { DecodeBuffer } from './columnar/decode_buffer.js';
import type { TransientChunk } from './columnar/row_batch_reader.js';
import type { ParquetSplit, ParquetTableData } from './parquet/split.js';

/** What any thread needs to read parts of a table whose rows lie in columns: plain data. */
export type TableData = ArrowTableData | ParquetTableData;

/** Some consecutive rows of such a table, and where they lie: plain data. */
export type ColumnarSplit = ArrowSplit | ParquetSplit;

/** A table that can be read in parts. */
export interface SplittableTable {
  readonly data: TableData;
  /** All rows. Throws as reading chunks does. */
  parts(): Iterable<ColumnarSplit>;
}

/** Reads parts of a table, in any thread. */
export interface SplitReader {
  /** What the rows of the last chunk lie on. */
  readonly decodeBuffer: DecodeBuffer;
  /** What comes before read() of a part, where anything does. */
  prepare(part: ColumnarSplit): Promise<void> | undefined;
  /** The rows of a part, in chunks whose arrays the next one overwrites. Throws a RequestTableError or a system's error. */
  read(part: ColumnarSplit): Iterable<TransientChunk>;
}
