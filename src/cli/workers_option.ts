import { availableParallelism } from 'node:os';
import { InputError } from './exit.js';
import { wholeNumber } from './number_option.js';

/**
 * How many threads an option asks for, from 1 to `most`; without it, one for each core this process may use, as far as
 * that goes. Throws InputError for any other number.
 */
export function workersOption(text: string | undefined, most: number): number {
  if (text === undefined) return Math.min(availableParallelism(), most);
  const workers = wholeNumber('--workers', text);
  if (workers < 1 || workers > most) {
    throw new InputError(`--workers ${text}: a number from 1 to ${most} is expected`);
  }
  return workers;
}
