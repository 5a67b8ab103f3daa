import type { FullColumns } from '../../engine/columns.js';
import type { WorldNames } from '../../kernel/world.js';
import { EncodeBuffer } from '../columnar/encode_buffer.js';
import { cellBytesOf, requestColumns, requestNames } from '../columnar/request_columns.js';
import { concatBytes } from '../concat_bytes.js';
import { ArrowEncoder } from './encoder.js';

/** Writes columns as a request table in Arrow IPC: names as numbers of dictionaries, in as few bytes as they take. Reading it gives the same columns. */
export class ArrowRequestWriter {
  /** Schema and dictionaries. */
  readonly header: Uint8Array;
  readonly #encoder: ArrowEncoder;
  readonly #buffer: EncodeBuffer;

  constructor(world: WorldNames, isFile: boolean) {
    const columns = requestColumns(world, 0);
    this.#encoder = new ArrowEncoder(columns, isFile);
    this.#buffer = new EncodeBuffer(world, { indexBytes: cellBytesOf(columns) });
    const start = this.#encoder.start();
    const names = requestNames(world).flatMap((list, column) => (list ? [this.#encoder.names(column, list)] : []));
    this.header = concatBytes([start, ...names]);
  }

  /** All rows, as one record batch. */
  rows(columns: FullColumns): Uint8Array {
    this.#buffer.put(columns);
    return this.#encoder.rows(columns.task.length, this.#buffer.take());
  }

  /** What comes after the last row. */
  footer(): Uint8Array {
    return this.#encoder.end();
  }
}
