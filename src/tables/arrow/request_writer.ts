import type { FullColumns } from '../../engine/columns.js';
import type { WorldNames } from '../../kernel/world.js';
import { REQUEST_CELLS, RequestCells, requestNames } from '../columnar/request_columns.js';
import { concatBytes } from './concat_bytes.js';
import { ArrowEncoder } from './encoder.js';

/** Writes columns as a request table in Arrow IPC: names as int32 numbers of dictionaries. Reading it gives the same columns. */
export class ArrowRequestWriter {
  /** Schema and dictionaries. */
  readonly header: Uint8Array;
  readonly #encoder: ArrowEncoder;
  readonly #cells: RequestCells;

  constructor(world: WorldNames, isFile: boolean) {
    this.#encoder = new ArrowEncoder(REQUEST_CELLS, isFile);
    this.#cells = new RequestCells(world);
    const start = this.#encoder.start();
    const names = requestNames(world).flatMap((list, column) => (list ? [this.#encoder.names(column, list)] : []));
    this.header = concatBytes([start, ...names]);
  }

  /** All rows, as one record batch. */
  rows(columns: FullColumns): Uint8Array {
    return this.#encoder.rows(columns.task.length, this.#cells.of(columns));
  }

  /** What comes after the last row. */
  footer(): Uint8Array {
    return this.#encoder.end();
  }
}
