import type { Edit } from './line_account.js';
import type { PlacedText } from './source_text.js';

/** The value of a mask with its number before its names, which keeps both; undefined where it has several numbers. */
export function numberFirst(value: PlacedText): readonly Edit[] | undefined {
  const items = value.text.split(':');
  const numbers = items.filter((item) => /^\+?\d/.test(item));
  if (numbers.length !== 1) return undefined;
  return [{ at: value.at, text: [...numbers, ...items.filter((item) => !numbers.includes(item))].join(':') }];
}
