import type { BadCells } from '../columnar/cell_parts.js';

/** Where a buffer of a record batch lies in its body. */
export interface BodyRegion {
  readonly offset: number;
  readonly length: number;
}

/** A record batch without its metadata: plain data. */
export interface ArrowPart {
  /** Of each column. */
  readonly columns: readonly {
    readonly valid: BodyRegion | undefined;
    readonly data: BodyRegion;
    readonly empty: number;
  }[];
  /** Cells to be put into the request columns. */
  readonly bad: BadCells;
}
