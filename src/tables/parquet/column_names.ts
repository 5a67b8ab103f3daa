const ENCODER = new TextEncoder();

/** Names of a column that a row group uses. */
interface UsedNames {
  /** The numbers of these names, in ascending order: the dictionary of the row group. */
  readonly numbers: readonly number[];
  /** By number of a name, its place among them. */
  readonly table: Uint32Array;
  /** The first and the last name by the order of their bytes. */
  readonly min: string;
  readonly max: string;
}

/** The names of a column, by number. */
export class ColumnNames {
  readonly #names: readonly string[];
  #bytes: readonly Uint8Array[] | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  get length(): number {
    return this.#names.length;
  }

  /** The same and more. */
  with(added: readonly string[]): ColumnNames {
    return new ColumnNames([...this.#names, ...added]);
  }

  /** Of at least one name whose byte in `used`, one each, is not 0. */
  used(used: Uint8Array): UsedNames {
    const table = new Uint32Array(this.length);
    const numbers: number[] = [];
    for (let number = 0; number < this.length; number++) {
      if (used[number] === 0) continue;
      table[number] = numbers.length;
      numbers.push(number);
    }
    const texts = this.#texts();
    const compare = (a: number, b: number): number => Buffer.compare(texts[a] as Uint8Array, texts[b] as Uint8Array);
    let [min, max] = [numbers[0] as number, numbers[0] as number];
    for (const number of numbers) {
      if (compare(number, min) < 0) min = number;
      else if (compare(number, max) > 0) max = number;
    }
    return { numbers, table, min: this.#names[min] as string, max: this.#names[max] as string };
  }

  /** Some names, each after its length: the values of a dictionary page. */
  plain(numbers: readonly number[]): Uint8Array {
    const texts = this.#texts();
    const length = numbers.reduce((sum, number) => sum + 4 + (texts[number] as Uint8Array).length, 0);
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const number of numbers) {
      const text = texts[number] as Uint8Array;
      view.setUint32(at, text.length, true);
      bytes.set(text, at + 4);
      at += 4 + text.length;
    }
    return bytes;
  }

  #texts(): readonly Uint8Array[] {
    this.#bytes ??= this.#names.map((name) => ENCODER.encode(name));
    return this.#bytes;
  }
}
