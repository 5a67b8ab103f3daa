/** A column to write: names by number, or whole numbers from 0. Any cell may be empty. */
export interface OutputColumn {
  readonly name: string;
  readonly holds: 'names' | 'uint32' | 'int64';
}

/** The cells of a column: numbers of names (int32) or what the column holds; a bit each in `valid`, 0 for an empty one. */
export interface OutputCells {
  readonly data: Int32Array | Uint32Array | BigInt64Array;
  readonly valid: Uint8Array;
  readonly empty: number;
}
