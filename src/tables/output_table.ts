import type { ArrowPart } from './arrow/arrow_part.js';
import type { AddedNames } from './columnar/added_names.js';
import type { TableFormat } from './formats.js';
import type { ParquetRowGroup } from './parquet/row_group.js';
import type { RequestChunk } from './request_table.js';

/** A table to write: plain data, from which any thread makes an encoder. */
export interface OutputTable {
  readonly format: TableFormat;
  /** Whether rows have numbers and verdicts; else they are requests alone. */
  readonly hasVerdicts: boolean;
  /** Names that rows with a problem may add to those of the world. */
  readonly added: AddedNames;
  /** Of Parquet. */
  readonly compression: Compression;
}

/** How the pages of a Parquet table are compressed. */
export const COMPRESSIONS = ['snappy', 'zstd', 'none'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** Rows of an output table, made in any thread: without what depends on the rows before them. Plain data. */
export interface OutputPart {
  readonly rows: number;
  /** In the encoder's memory, until the next rows are added. */
  readonly bytes: Uint8Array;
  /** What a record batch of Arrow has besides its body. */
  readonly batch?: ArrowPart;
  /** What the footer of Parquet says of a row group. */
  readonly rowGroup?: ParquetRowGroup;
}

/** Makes parts of an output table, in a memory of its own. */
export interface PartEncoder {
  /** Takes the next rows, with their verdicts where the table has them. */
  add(chunk: RequestChunk, verdicts?: Uint8Array): void;
  /** Parts of all rows since the last call. */
  take(): OutputPart[];
}

/** Puts parts in order. */
export interface TableWriter {
  /** What comes first. */
  readonly header: string | Uint8Array;
  /** How many rows a part should have. */
  readonly partRows: number;
  /** The bytes of the next part. */
  part(part: OutputPart): readonly Uint8Array[];
  /** What comes last. */
  footer?(): Uint8Array;
}
