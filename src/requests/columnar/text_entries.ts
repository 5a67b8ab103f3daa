/** Texts that are numbered for good, and texts after these that are numbered over and over: what comes late is rare. */
export const LASTING = 1 << 18;
const PASSING = 1 << 20;

/** Distinct texts of a column, numbered as they come: a dictionary that is made while its column is read. */
export class TextEntries {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  /** How many came after LASTING. */
  #passed = 0;
  /** How many texts were numbered, also anew: changes whenever a number gets another meaning. */
  version = 0;

  get length(): number {
    return this.#texts.length;
  }

  /** The text of a number. */
  at(number: number): string | undefined {
    return this.#texts[number];
  }

  /** The number of a text. It has it as long as fewer than PASSING others come. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.version += 1;
    let number = this.#texts.length;
    if (number >= LASTING) {
      number = LASTING + (this.#passed % PASSING);
      this.#passed += 1;
      const old = this.#texts[number];
      if (old !== undefined) this.#numbers.delete(old);
    }
    this.#texts[number] = text;
    this.#numbers.set(text, number);
    return number;
  }
}
