/** How far a batch is. */
export interface Progress {
  readonly rows: number;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  readonly bytes: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
}
