import { InvalidArgumentError } from '../errors.js';
import { REQUEST_FORMATS } from './request_table.js';

/**
 * How a table is written: the formats of text, Arrow IPC as a file (arrow) and as a stream (arrows), which are told apart by
 * their first bytes when they are read, and Parquet.
 */
export const TABLE_FORMATS = [...REQUEST_FORMATS, 'arrow', 'arrows', 'parquet'] as const;
export type TableFormat = (typeof TABLE_FORMATS)[number];
/** Formats whose rows lie in columns, and have no lines. */
export type ColumnarFormat = Exclude<TableFormat, (typeof REQUEST_FORMATS)[number]>;

const ENDINGS: readonly (readonly [ending: RegExp, format: TableFormat])[] = [
  [/\.csv$/i, 'csv'],
  [/\.(ndjson|jsonl)$/i, 'ndjson'],
  [/\.(arrow|ipc|feather)$/i, 'arrow'],
  [/\.arrows$/i, 'arrows'],
  [/\.parquet$/i, 'parquet'],
];

/** The format a file's name tells by its ending; undefined for any other. */
export function formatOfPath(path: string): TableFormat | undefined {
  return ENDINGS.find(([ending]) => ending.test(path))?.[1];
}

/** The same. Throws an InvalidArgumentError for a name that does not tell a format. */
export function formatOf(path: string): TableFormat {
  const format = formatOfPath(path);
  if (format) return format;
  throw new InvalidArgumentError(
    'format',
    `${path}: the name does not tell the format; give one of ${TABLE_FORMATS.join(', ')}`,
  );
}

/** Whether rows lie in columns. */
export function isColumnar(format: TableFormat): format is ColumnarFormat {
  return !REQUEST_FORMATS.some((text) => text === format);
}
