import { type EncodedTexts, encodeTexts } from '../columnar/encoded_texts.js';

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
  #texts: EncodedTexts | undefined;

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
    const { bytes } = this.#encoded();
    const [start, end] = [(number: number) => this.#offset(number), (number: number) => this.#offset(number + 1)];
    const compare = (a: number, b: number): number => bytes.compare(bytes, start(b), end(b), start(a), end(a));
    let [min, max] = [numbers[0] as number, numbers[0] as number];
    for (const number of numbers) {
      if (compare(number, min) < 0) min = number;
      else if (compare(number, max) > 0) max = number;
    }
    return { numbers, table, min: this.#names[min] as string, max: this.#names[max] as string };
  }

  /** Some names, each after its length: the values of a dictionary page. */
  plain(numbers: readonly number[]): Uint8Array {
    const { bytes } = this.#encoded();
    const lengthOf = (number: number): number => this.#offset(number + 1) - this.#offset(number);
    const plain = Buffer.alloc(numbers.reduce((sum, number) => sum + 4 + lengthOf(number), 0));
    let at = 0;
    for (const number of numbers) {
      at = plain.writeUInt32LE(lengthOf(number), at);
      at += bytes.copy(plain, at, this.#offset(number), this.#offset(number + 1));
    }
    return plain;
  }

  /** Where a name starts. */
  #offset(number: number): number {
    return this.#encoded().offsets[number] as number;
  }

  #encoded(): EncodedTexts {
    this.#texts ??= encodeTexts(this.#names);
    return this.#texts;
  }
}
