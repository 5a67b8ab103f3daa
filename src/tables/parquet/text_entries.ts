import type { Entries } from '../../requests/columnar/dictionary.js';
import { LANE_NUMBERS } from './lanes.js';

/** The number of an empty cell. */
export const EMPTY = 0;

/** Distinct texts of a column, numbered as they come: a dictionary that is made while its column is read. */
export class TextEntries implements Entries {
  readonly #numbers = new Map<string, number>();
  readonly #texts: (string | undefined)[] = [undefined];
  /** Whether there were more texts than there are numbers: those that came too late have that of an empty cell. */
  isFull = false;

  get length(): number {
    return this.#texts.length;
  }

  /** The text of a number; undefined for EMPTY. */
  at(number: number): string | undefined {
    return this.#texts[number];
  }

  /** The number of a text, which it keeps. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.length;
    if (number >= LANE_NUMBERS) {
      this.isFull = true;
      return EMPTY;
    }
    this.#texts.push(text);
    this.#numbers.set(text, number);
    return number;
  }
}
