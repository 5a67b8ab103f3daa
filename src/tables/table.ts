import type { AddedNames } from './columnar/added_names.js';
import type { TransientChunk } from './columnar/row_batch_reader.js';
import type { TableFile } from './file_source.js';
import type { TableFormat } from './formats.js';
import type { RequestChunk } from './request_table.js';
import type { SplittableTable } from './split.js';

/** A table to read. */
export interface TableInput {
  /** What messages call it. */
  readonly file: string;
  readonly format: TableFormat;
  /** Where it is a regular file: then its bytes can be read in any order. The caller closes it. */
  readonly open?: TableFile | undefined;
  /** Its bytes from the first to the last; called once at most. */
  pieces(): AsyncIterable<Uint8Array | string>;
}

/** A table whose rows can be read. */
export interface OpenTable {
  /** Throws a RequestTableError, or a system's error. */
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** The same in chunks that are valid until the next is read; iterate either. Absent where chunks are copies anyway. */
  readonly transient?: AsyncIterable<TransientChunk> | Iterable<TransientChunk>;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** As SplittableTable has them. */
  readonly uncutRows?: number | undefined;
  readonly addedNames?: AddedNames | undefined;
  /** Bytes of the file that were read; undefined where `pieces` tells. */
  bytesRead?(): number;
  /** The table in splits that any thread can read; absent where it is read from its start to its end. */
  splittable?(): Promise<SplittableTable>;
}
