import { Encodings, PageTypes } from './private_api.js';
import { ThriftReader } from './thrift.js';

/** What comes before a page. */
export interface PageHeader {
  /** Undefined for one that has no name. */
  readonly type: string | undefined;
  /** Bytes of the page as it lies in the file, and as it becomes; below 0 where it does not say. */
  readonly compressed: number;
  readonly uncompressed: number;
  /** Entries, or rows; below 0 where it does not say. */
  readonly count: number;
  readonly encoding: string | undefined;
  /** How it says which rows are empty, in pages of the first kind. */
  readonly levelEncoding: string | undefined;
  /** In pages of the second kind: bytes that say which rows are empty, and bytes that say where lists end. */
  readonly levelBytes: number;
  readonly repetitionBytes: number;
  readonly isCompressed: boolean;
}

// Names and numbers of fields as in parquet.thrift of apache/parquet-format.
const DATA_PAGE = {
  num_values: [1, 'number'],
  encoding: [2, 'number'],
  definition_level_encoding: [3, 'number'],
} as const;
const DICTIONARY_PAGE = { num_values: [1, 'number'], encoding: [2, 'number'] } as const;
const DATA_PAGE_V2 = {
  num_values: [1, 'number'],
  encoding: [4, 'number'],
  definition_levels_byte_length: [5, 'number'],
  repetition_levels_byte_length: [6, 'number'],
  is_compressed: [7, 'bool'],
} as const;
const PAGE_HEADER = {
  type: [1, 'number'],
  uncompressed_page_size: [2, 'number'],
  compressed_page_size: [3, 'number'],
  data_page_header: [5, DATA_PAGE],
  dictionary_page_header: [7, DICTIONARY_PAGE],
  data_page_header_v2: [8, DATA_PAGE_V2],
} as const;

/**
 * Reads the header that bytes start with, and how many bytes it has. Throws an EndsEarlyError where they end before it does,
 * and an Error in words for what is none.
 */
export function readPageHeader(bytes: Uint8Array): { readonly header: PageHeader; readonly length: number } {
  const reader = new ThriftReader(bytes);
  const found = reader.struct(PAGE_HEADER);
  const type = PageTypes[found.type ?? -1];
  const first = found.data_page_header;
  const second = found.data_page_header_v2;
  const said = type === 'DATA_PAGE' ? first : type === 'DATA_PAGE_V2' ? second : found.dictionary_page_header;
  const header = {
    type,
    compressed: found.compressed_page_size ?? -1,
    uncompressed: found.uncompressed_page_size ?? -1,
    count: said?.num_values ?? -1,
    encoding: Encodings[said?.encoding ?? -1],
    levelEncoding: Encodings[first?.definition_level_encoding ?? -1],
    levelBytes: second?.definition_levels_byte_length ?? -1,
    repetitionBytes: second?.repetition_levels_byte_length ?? 0,
    isCompressed: second?.is_compressed ?? true,
  };
  return { header, length: reader.at };
}
