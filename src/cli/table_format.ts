import { formatOfPath, TABLE_FORMATS, type TableFormat } from '../tables/formats.js';
import type { Compression } from '../tables/output_table.js';
import { InputError } from './exit.js';

/**
 * The format of a table: what the option says, or the file's name tells, or `fallback`.
 * Throws InputError where none of them does.
 */
export function resolveTableFormat(
  option: string,
  given: TableFormat | undefined,
  path: string,
  fallback?: TableFormat,
): TableFormat {
  const reported = given ?? formatOfPath(path) ?? fallback;
  if (reported) return reported;
  throw new InputError(
    `${path}: its name does not tell its format; say ${option} with one of ${TABLE_FORMATS.join(', ')}`,
  );
}

/** Throws an InputError where a compression is given for a table of a format that has none of its own. */
export function requireCompressible(compression: Compression | undefined, format: TableFormat): void {
  if (compression !== undefined && format !== 'parquet') {
    throw new InputError(`--compression is for a Parquet table, and this one is ${format}`);
  }
}
