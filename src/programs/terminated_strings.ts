import type { ByteReader } from './byte_reader.js';

/** Names may overlap, as `read` does in `probe_read`: up to this many times the size of the table is read of it. */
const MOST_OVERLAP = 16;
/** Read of any table, however small. */
const LEAST_BUDGET = 4096;

/** Texts that end with a NUL byte, by offset (.strtab, .shstrtab, the strings of BTF). What reading all of them costs is linear in its size. */
export class TerminatedStrings {
  readonly #reader: ByteReader;
  readonly #known = new Map<number, string>();
  readonly #decoder = new TextDecoder();
  #budget: number;

  constructor(reader: ByteReader) {
    this.#reader = reader;
    this.#budget = MOST_OVERLAP * reader.length + LEAST_BUDGET;
  }

  /** The text at an offset. Throws where there is none, or no NUL byte ends it. `what` names it: `the name of section 3`. */
  at(offset: number, what: string): string {
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    this.#reader.check(offset, 1, what);
    const end = this.#reader.bytes.indexOf(0, offset);
    if (end < 0) throw this.#reader.error(offset, `${what} must end with a NUL byte within ${this.#reader.part}`);
    this.#budget -= end - offset;
    if (this.#budget < 0) {
      throw this.#reader.error(
        offset,
        `names must not overlap more than ${MOST_OVERLAP} times in ${this.#reader.part}`,
      );
    }
    const text = this.#decoder.decode(this.#reader.bytes.subarray(offset, end));
    this.#known.set(offset, text);
    return text;
  }
}
