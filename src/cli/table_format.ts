import { nearestOf } from '../names/nearest.js';
import { REQUEST_FORMATS, type RequestFormat } from '../requests/index.js';
import { formatOfPath } from './batch/index.js';
import { InputError } from './exit.js';

/**
 * The format of a table: what the option says, or the file's name tells, or `fallback`.
 * Throws InputError where none of them does.
 */
export function tableFormat(
  option: string,
  given: string | undefined,
  path: string,
  fallback?: RequestFormat,
): RequestFormat {
  if (given !== undefined) {
    const known = REQUEST_FORMATS.find((format) => format === given.toLowerCase());
    if (known) return known;
    const nearest = nearestOf(given, REQUEST_FORMATS);
    const hint = nearest ? `; did you mean ${nearest}?` : '';
    throw new InputError(`${option} ${given}: one of ${REQUEST_FORMATS.join(', ')} is expected${hint}`);
  }
  const told = formatOfPath(path) ?? fallback;
  if (told) return told;
  throw new InputError(`${path}: its name does not tell whether it is csv or ndjson; say ${option} csv`);
}
