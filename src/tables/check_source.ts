import { invalidArgument } from '../kernel/arguments.js';
import { isObject } from '../kernel/ranges.js';

/** Throws an InvalidArgumentError for what is none of some formats. */
export function requireFormat(format: unknown, formats: readonly string[]): void {
  if (!formats.some((known) => known === format))
    throw invalidArgument('format', format, `one of ${formats.join(', ')}`);
}

/** Throws an InvalidArgumentError for what cannot be iterated over with `for await`. */
export function requirePieces(source: unknown): void {
  const isIterable =
    isObject(source) &&
    (typeof Reflect.get(source, Symbol.asyncIterator) === 'function' ||
      typeof Reflect.get(source, Symbol.iterator) === 'function');
  if (!isIterable) throw invalidArgument('source', source, 'an async iterable of bytes or texts');
}
