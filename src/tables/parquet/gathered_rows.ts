import type * as DuckDB from '@duckdb/node-api';
import type { NumberType } from '../../requests/columnar/cells.js';
import { DESK_ROWS } from '../../requests/columnar/desk.js';
import type { ByteSource, ColumnRegions, RowBatch } from '../../requests/columnar/slices.js';
import { REQUEST_COLUMNS } from '../../requests/table.js';
import type { AskedColumn, AskedVector } from './asked_columns.js';
import { readLanes } from './lanes.js';
import type { NumberVector } from './vectors.js';

/** Between what lies in a row in the offsets of GatheredRows. */
const COLUMN_STRIDE = 2 ** 20;

/** Where a column is gathered. */
interface Gathered {
  readonly place: number;
  readonly data: Uint8Array;
  /** Absent where empty cells have a number of their own. */
  readonly valid?: Uint8Array;
}

/** Rows of several chunks of DuckDB's, as columns of bytes. */
export class GatheredRows implements ByteSource {
  rows = 0;
  readonly #columns: Gathered[] = [];
  /** Take what a vector has, each its own. */
  readonly #takers: ((vector: NumberVector, rows: number) => void)[];

  constructor(vectors: readonly AskedVector[]) {
    this.#takers = vectors.map(({ columns }) => (columns[0]?.texts ? this.#lanes(columns) : this.#numbers(columns)));
  }

  /** Whether more rows can be added: they have to begin with a byte of validity bits. */
  hasRoom(rows: number): boolean {
    return this.rows % 8 === 0 && this.rows + rows <= DESK_ROWS;
  }

  add(chunk: DuckDB.DuckDBDataChunk, rows: number): void {
    this.#takers.forEach((take, i) => {
      take(chunk.getColumnVector(i) as unknown as NumberVector, rows);
    });
    this.rows += rows;
  }

  clear(): void {
    this.rows = 0;
  }

  /** Where the columns lie. */
  batch(): RowBatch {
    const { rows } = this;
    const columns: (ColumnRegions | undefined)[] = REQUEST_COLUMNS.map(() => undefined);
    this.#columns.forEach(({ place, data, valid }, i) => {
      columns[place] = {
        data: { offset: 2 * i * COLUMN_STRIDE, length: data.length },
        ...(valid ? { valid: { offset: (2 * i + 1) * COLUMN_STRIDE, length: valid.length } } : {}),
      };
    });
    return { rows, columns };
  }

  read(offset: number, into: Uint8Array): void {
    const half = Math.floor(offset / COLUMN_STRIDE);
    const column = this.#columns[half >> 1];
    const bytes = (half % 2 === 0 ? column?.data : column?.valid) as Uint8Array;
    const from = offset % COLUMN_STRIDE;
    into.set(bytes.subarray(from, from + into.length));
  }

  #lanes(columns: readonly AskedColumn[]): (vector: NumberVector, rows: number) => void {
    const numbers = columns.map(({ place }) => {
      const data = new Uint32Array(DESK_ROWS);
      this.#columns.push({ place, data: new Uint8Array(data.buffer) });
      return data;
    });
    return ({ items }, rows) => {
      readLanes(new Uint32Array(items.buffer, items.byteOffset, 2 * rows), numbers, this.rows);
    };
  }

  #numbers([column]: readonly AskedColumn[]): (vector: NumberVector, rows: number) => void {
    const { place, type } = column as AskedColumn;
    const { bytes } = type as NumberType;
    const data = new Uint8Array(bytes * DESK_ROWS);
    const valid = new Uint8Array(DESK_ROWS / 8);
    this.#columns.push({ place, data, valid });
    return ({ items, validity }, rows) => {
      data.set(new Uint8Array(items.buffer, items.byteOffset, items.byteLength), this.rows * bytes);
      const bits = validity.data;
      const at = this.rows / 8;
      const end = at + Math.ceil(rows / 8);
      if (bits) valid.set(new Uint8Array(bits.buffer, bits.byteOffset, end - at), at);
      else valid.fill(255, at, end);
    };
  }
}
