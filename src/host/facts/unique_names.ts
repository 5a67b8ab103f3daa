import { validName } from '../../scenario/valid_name.js';

/** Names of a scenario, each given once. */
export class UniqueNames {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[] = []) {
    this.#taken = new Set(taken);
  }

  /** The text as a name; with the first of the qualifiers that makes it another than those before it, or else a number. */
  take(text: string, qualifiers: readonly string[] = []): string {
    const base = validName(text, 'name');
    const found = ['', ...qualifiers].map((word) => `${base}${word}`).find((name) => !this.#taken.has(name));
    let name = found ?? base;
    for (let number = 2; this.#taken.has(name); number++) name = `${base}-${number}`;
    this.#taken.add(name);
    return name;
  }
}
