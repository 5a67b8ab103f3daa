import { numbersOf } from '../kernel/permission_cells.js';
import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';

/** Of a set with more names than this, the names that it lacks are listed where they are fewer. */
const MANY_NAMES = 8;

/** `any`, the names of a set, or `any but` the names that it lacks. */
export function formatSet(vocabulary: Vocabulary, kind: EnumKind, set: readonly number[]): string[] {
  const nameOf = (number: number): string => vocabulary.nameOf(kind, number);
  const others = numbersOf(vocabulary, kind).filter((number) => !set.includes(number));
  if (others.length === 0) return ['any'];
  if (set.length <= MANY_NAMES || others.length > MANY_NAMES) return set.map(nameOf);
  return [`any but ${others.map(nameOf).join(', ')}`];
}
