import type { Columns, FullColumns } from '../engine/columns.js';
import { BpfTokenSimError } from '../errors.js';

/** How a request table is written: comma separated with a header, or one JSON object per line. */
export const REQUEST_FORMATS = ['csv', 'ndjson'] as const;
export type RequestFormat = (typeof REQUEST_FORMATS)[number];

/** The columns of a request table, in the order they are written. A reader takes them in any order. */
export const REQUEST_COLUMNS = [
  'task',
  'token',
  'cmd',
  'map_type',
  'prog_type',
  'expected_attach_type',
  'insn_cnt',
  'pre',
  'expect',
  'program',
] as const;
export type RequestColumn = (typeof REQUEST_COLUMNS)[number];

/** What a batch adds to a request. A reader passes over them without a word, so that its output can be its input. */
export const VERDICT_COLUMNS = ['row', 'line', 'verdict', 'errno', 'reason', 'token_disposition'] as const;

/** Columns every table must have. */
export const REQUIRED_COLUMNS = ['task', 'cmd'] as const satisfies readonly RequestColumn[];

/** One row before it is understood: a value per column of REQUEST_COLUMNS; undefined, null and '' are empty. */
export type RowCells = unknown[];

/** Rows of a chunk unless a caller asks for another number. */
export const CHUNK_ROWS = 16_384;
/** Most rows of a chunk that a caller may ask for. */
export const MAX_CHUNK_ROWS = 1 << 24;

/** In `expects`: the row expects nothing. */
export const EXPECT_NONE = -1;
/** In `expects`: the row expects to be allowed; any other number is the errno it expects. */
export const EXPECT_ALLOWED = 0;

/** Some consecutive rows of a table. */
export interface RequestChunk {
  /** Every column is `rows` long; programs are absent where no row of the chunk names one. */
  readonly columns: FullColumns & Pick<Columns, 'program'>;
  readonly rows: number;
  /** How many rows of the table come before this chunk. */
  readonly firstRow: number;
  /** The 1-based line of the file each row starts on; absent for rows that came from no file. */
  readonly lines?: Uint32Array;
  /** EXPECT_NONE, EXPECT_ALLOWED or a positive errno per row; absent where no row of the chunk expects anything. */
  readonly expects?: Int16Array;
  /** The texts of rows with a problem, by row of the chunk, in order of REQUEST_COLUMNS; '' where there was none. */
  readonly bad: ReadonlyMap<number, readonly string[]>;
}

/** Where a table as a whole cannot be read. A fault of one row is a problem of that row, never this. */
export class RequestTableError extends BpfTokenSimError {
  override readonly name = 'RequestTableError';
  override readonly code = 'REQUEST_TABLE';
  readonly file: string;
  /** 1-based; undefined for a file that has no lines. */
  readonly line: number | undefined;
  /** The column it is about, where it is about one. */
  readonly column: string | undefined;

  /** What is wrong, without where. */
  readonly reason: string;

  constructor(file: string, line: number | undefined, column: string | undefined, reason: string) {
    super(`${line === undefined ? file : `${file}:${line}`}: ${reason}`);
    this.reason = reason;
    this.file = file;
    this.line = line;
    this.column = column;
  }
}

/** A header or key as columns are compared: `Map Type` and `map-type` are map_type. */
export function canonicalColumn(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}
