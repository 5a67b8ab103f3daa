/** Most names that are added to those there are: rows of ever new names must not fill the memory. */
export const MAX_ADDED = 1 << 17;

/** Distinct names and their numbers, to which more can be added. */
export class DictionaryBuilder {
  readonly #numbers = new Map<string, number>();
  #fresh: string[];
  #count: number;
  #added = 0;

  constructor(names: readonly string[]) {
    names.forEach((name, number) => {
      if (!this.#numbers.has(name)) this.#numbers.set(name, number);
    });
    this.#fresh = [...names];
    this.#count = names.length;
  }

  /** The number of a name, which it has from now on; undefined where there is no room for more of them. */
  numberOf(name: string): number | undefined {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#added === MAX_ADDED) return undefined;
    this.#added += 1;
    this.#numbers.set(name, this.#count);
    this.#fresh.push(name);
    return this.#count++;
  }

  /** The names that came since the last call, in the order of their numbers. */
  take(): string[] {
    return this.#fresh.splice(0);
  }
}
