/** Letters that a name has at least where one of them is wrong: of few letters, one makes another word. */
const LEAST_LETTERS = 5;
/** The same where two are swapped, as all letters are there. */
const LEAST_SWAPPED = 4;

/**
 * The name that a word can only be a slip of: the only one of the same letters, whatever their case and what separates them, or the only
 * one that differs in one letter more, less, other or swapped with the next. Undefined for any other word, and for one that has quotes or the like.
 */
export function certainSlip(word: string, names: readonly string[]): string | undefined {
  if (!/^[\w.-]+$/.test(word)) return undefined;
  const letters = plainLetters(word);
  const same = names.filter((name) => plainLetters(name) === letters);
  if (same.length > 0) return same.length === 1 ? same[0] : undefined;
  const near = names.filter((name) => isOneEdit(letters, plainLetters(name)));
  const [only, ...others] = near;
  if (only === undefined || others.length > 0) return undefined;
  const name = plainLetters(only);
  const isSwapped = [...letters].sort().join('') === [...name].sort().join('');
  return Math.min(letters.length, name.length) >= (isSwapped ? LEAST_SWAPPED : LEAST_LETTERS) ? only : undefined;
}

function plainLetters(text: string): string {
  return text.toLowerCase().replace(/[_-]/g, '');
}

/** Whether one letter more, less, other, or swapped with the next makes one text of the other. */
function isOneEdit(text: string, other: string): boolean {
  const [shorter, longer] = text.length <= other.length ? [text, other] : [other, text];
  if (longer.length - shorter.length > 1 || text === other) return false;
  let start = 0;
  while (start < shorter.length && shorter[start] === longer[start]) start += 1;
  if (longer.length > shorter.length) return shorter.slice(start) === longer.slice(start + 1);
  if (shorter.slice(start + 1) === longer.slice(start + 1)) return true;
  const isSwapped = shorter[start] === longer[start + 1] && shorter[start + 1] === longer[start];
  return isSwapped && shorter.slice(start + 2) === longer.slice(start + 2);
}
