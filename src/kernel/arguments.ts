import { InvalidArgumentError } from '../errors.js';
import { describeGiven } from './field_fault.js';
import { isObject } from './ranges.js';

/** The error of an argument or option: what was given, and what must hold, with its article. */
export function invalidArgument(argument: string, given: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError(argument, `${argument} is ${describeGiven(given)}: ${expected} is expected`);
}

/** Throws an InvalidArgumentError for what is no whole number from `least` to `most`. */
export function requireWhole(argument: string, given: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= least && given <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw invalidArgument(argument, given, `a whole number ${range}`);
}

/** Throws an InvalidArgumentError for what is no object. */
export function requireObject(argument: string, given: unknown, expected = 'an object'): void {
  if (!isObject(given)) throw invalidArgument(argument, given, expected);
}

/** Throws an InvalidArgumentError for what is no text. */
export function requireText(argument: string, given: unknown): void {
  if (typeof given !== 'string') throw invalidArgument(argument, given, 'a text');
}

/** Throws an InvalidArgumentError for what is neither left out nor an AbortSignal. */
export function requireSignal(argument: string, given: unknown): void {
  const isSignal =
    isObject(given) && typeof given.addEventListener === 'function' && typeof given.aborted === 'boolean';
  if (given !== undefined && !isSignal) throw invalidArgument(argument, given, 'an AbortSignal');
}
