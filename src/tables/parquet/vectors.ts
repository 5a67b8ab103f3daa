// What vectors of DuckDB's are made of: its types keep that private, and what they offer instead takes a call for each cell.

/** A vector of numbers. */
export interface NumberVector {
  readonly items: ArrayBufferView & { set(numbers: ArrayLike<number> | ArrayLike<bigint>): void };
  /** A bit a cell, 0 for an empty one; null where none is. */
  readonly validity: { data: BigUint64Array | null };
  setItem(row: number, value: unknown): void;
  flush(): void;
}

/** A vector of texts: sixteen bytes each. */
export interface TextVector {
  readonly dataView: DataView;
  readonly validity: { readonly data: BigUint64Array | null };
  getItem(row: number): string | null;
}
