import { formatOfPath, TABLE_FORMATS, type TableFormat } from '../tables/formats.js';
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
