import { InvalidSpecError } from '../errors.js';
import { quoted } from '../text/printable.js';

/** Characters of a text that a message shows. */
const MAX_SHOWN = 60;

/** A field whose value no world can hold. */
export interface FieldFault {
  /** As in the row: `userns`, `allowed.maps`; '' for the row itself. */
  readonly field: string;
  readonly given: unknown;
  /** What must hold, with its article: `a name`. */
  readonly expected: string;
}

/** The error of a fault; `row` is where the row is in its world (`tasks[3]`), absent for a row on its own. */
export function faultError({ field, given, expected }: FieldFault, row = ''): InvalidSpecError {
  const full = row !== '' && field !== '' ? `${row}.${field}` : row + field;
  return new InvalidSpecError(full, `${full} is ${describeGiven(given)}: ${expected} is expected`);
}

/** A value in a few characters: numbers and texts as they are, else the kind of value. */
export function describeGiven(given: unknown): string {
  if (typeof given === 'string') return quoted(given, MAX_SHOWN);
  if (given === null || (typeof given !== 'object' && typeof given !== 'function' && typeof given !== 'symbol')) {
    return String(given).slice(0, MAX_SHOWN);
  }
  return Array.isArray(given) ? 'an array' : typeof given === 'object' ? 'an object' : `a ${typeof given}`;
}
