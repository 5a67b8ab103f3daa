/** What the footer says of a row group: plain data. Places count from where the group begins. */
export interface ParquetRowGroup {
  readonly columns: readonly ParquetChunk[];
}

/** A column of a row group. */
export interface ParquetChunk {
  readonly encodings: readonly ParquetEncoding[];
  /** Where its pages begin; the dictionary's, where it has one. */
  readonly dataPage: number;
  readonly dictionaryPage: number | undefined;
  /** Bytes of its pages, and what they become. */
  readonly compressed: number;
  readonly uncompressed: number;
  readonly empty: number;
  /** Undefined where all cells are empty. */
  readonly min: string | number | undefined;
  readonly max: string | number | undefined;
}

export type ParquetEncoding = 'PLAIN' | 'RLE' | 'RLE_DICTIONARY' | 'DELTA_BINARY_PACKED';
