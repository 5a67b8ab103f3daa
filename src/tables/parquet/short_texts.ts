/** Words of 32 bits that DuckDB has a text in: its length in bytes, then up to 12 bytes, filled up with zeros. */
const WORDS = 4;
/** Bytes of the longest text that lies in these; longer ones lie elsewhere. */
export const SHORT_BYTES = 12;
const FIRST_SLOTS = 1 << 13;
const FREE = -1;

/** Numbers of short texts by the words DuckDB has them in: found without making a string of them. */
export class ShortTexts {
  #keys = new Uint32Array(WORDS * FIRST_SLOTS);
  #numbers = new Int32Array(FIRST_SLOTS).fill(FREE);
  #count = 0;

  /** The number of the text whose words start at `at`; -1 for one that was not added. */
  find(words: Uint32Array, at: number): number {
    return this.#numbers[this.#slot(words, at)] as number;
  }

  /** Adds a text that is not there. */
  add(words: Uint32Array, at: number, number: number): void {
    if (2 * this.#count >= this.#numbers.length) this.#grow();
    const slot = this.#slot(words, at);
    this.#keys.set(words.subarray(at, at + WORDS), WORDS * slot);
    this.#numbers[slot] = number;
    this.#count += 1;
  }

  /** Where a text is, or where it would be. */
  #slot(words: Uint32Array, at: number): number {
    const keys = this.#keys;
    const numbers = this.#numbers;
    const [a, b, c, d] = [words[at], words[at + 1], words[at + 2], words[at + 3]] as [number, number, number, number];
    let hash = Math.imul(a ^ Math.imul(b, 0x85eb_ca6b), 0xc2b2_ae35);
    hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0x27d4_eb2f);
    hash = Math.imul(hash ^ (hash >>> 13) ^ d, 0x1656_67b1);
    const last = numbers.length - 1;
    let slot = (hash ^ (hash >>> 16)) & last;
    for (; numbers[slot] !== FREE; slot = (slot + 1) & last) {
      const key = WORDS * slot;
      if (keys[key] === a && keys[key + 1] === b && keys[key + 2] === c && keys[key + 3] === d) break;
    }
    return slot;
  }

  #grow(): void {
    const keys = this.#keys;
    const numbers = this.#numbers;
    this.#keys = new Uint32Array(2 * keys.length);
    this.#numbers = new Int32Array(2 * numbers.length).fill(FREE);
    this.#count = 0;
    numbers.forEach((number, slot) => {
      if (number !== FREE) this.add(keys, WORDS * slot, number);
    });
  }
}
