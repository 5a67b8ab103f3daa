import { nearestOf } from '../names/nearest.js';
import { formatOfPath, TABLE_FORMATS, type TableFormat } from '../tables/formats.js';
import { InputError } from './exit.js';

/**
 * The format of a table: what the option says, or the file's name tells, or `fallback`.
 * Throws InputError where none of them does.
 */
export function tableFormat(
  option: string,
  given: string | undefined,
  path: string,
  fallback?: TableFormat,
): TableFormat {
  if (given !== undefined) {
    const known = TABLE_FORMATS.find((format) => format === given.toLowerCase());
    if (known) return known;
    const nearest = nearestOf(given, TABLE_FORMATS);
    const hint = nearest ? `; did you mean ${nearest}?` : '';
    throw new InputError(`${option} ${given}: one of ${TABLE_FORMATS.join(', ')} is expected${hint}`);
  }
  const told = formatOfPath(path) ?? fallback;
  if (told) return told;
  throw new InputError(
    `${path}: its name does not tell its format; say ${option} with one of ${TABLE_FORMATS.join(', ')}`,
  );
}
