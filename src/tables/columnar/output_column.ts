/** A column to write: names by number, or whole numbers from 0. Any cell may be empty. */
export interface OutputColumn {
  readonly name: string;
  readonly holds: 'names' | 'uint32' | 'int64';
  /** Of names: bytes of the number of a name, 4 where it does not say. */
  readonly indexBytes?: IndexBytes;
}

/** Bytes of the number of a name. */
export type IndexBytes = 1 | 2 | 4;

/** The fewest bytes that the numbers of this many names take. */
export function indexBytesOf(names: number): IndexBytes {
  return names <= 0x80 ? 1 : names <= 0x8000 ? 2 : 4;
}

/** The cells of a column: numbers of names or what the column holds; a bit each in `valid`, 0 for an empty one. */
export interface OutputCells {
  readonly data: Int8Array | Int16Array | Int32Array | Uint32Array | BigInt64Array;
  readonly valid: Uint8Array;
  readonly empty: number;
}
