const ENCODER = new TextEncoder();
const FIRST_CAPACITY = 1 << 16;
const ZERO = 0x30;
/** Digits of 2^53. */
export const MAX_DIGITS = 16;

/** UTF-8 texts that are written over and over, laid out one after the other. */
export class Fragments {
  readonly #bytes: Uint8Array;
  /** Fragment i lies from starts[i] to starts[i + 1]. */
  readonly #starts: Uint32Array;
  readonly length: number;
  /** Bytes of the longest one. */
  readonly longest: number;

  constructor(texts: readonly string[]) {
    const pieces = texts.map((text) => ENCODER.encode(text));
    this.length = texts.length;
    this.#starts = new Uint32Array(texts.length + 1);
    let end = 0;
    let longest = 0;
    pieces.forEach((piece, i) => {
      longest = Math.max(longest, piece.length);
      end += piece.length;
      this.#starts[i + 1] = end;
    });
    this.longest = longest;
    this.#bytes = new Uint8Array(end);
    pieces.forEach((piece, i) => {
      this.#bytes.set(piece, this.#starts[i]);
    });
  }

  /** Where each starts, and where the last one ends; and all of them. */
  layOut(): { readonly starts: Uint32Array; readonly bytes: Uint8Array } {
    return { starts: this.#starts, bytes: this.#bytes };
  }

  /** Copies fragment `i` (0 to length - 1) to `out` at `at` and returns where it ends there. */
  copy(i: number, out: Uint8Array, at: number): number {
    const bytes = this.#bytes;
    const stop = this.#starts[i + 1] as number;
    let to = at;
    // Fragments are a few bytes long: a call to set() takes longer than this loop.
    for (let from = this.#starts[i] as number; from < stop; from++) out[to++] = bytes[from] as number;
    return to;
  }
}

/** Bytes that grow while they are written. */
export class ByteBuffer {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }

  /** Appends fragment `i`; there must be room. */
  fragment(fragments: Fragments, i: number): void {
    this.#length = fragments.copy(i, this.#bytes, this.#length);
  }

  /** Appends one byte; there must be room. */
  byte(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  /** Appends a whole number from 0 to 2^53 - 1 in decimal; there must be room for MAX_DIGITS bytes. */
  decimal(number: number): void {
    let digits = 1;
    for (let limit = 10; limit <= number; limit *= 10) digits += 1;
    let rest = number;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const tenth = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    this.#length += digits;
  }

  /** Appends any text, making room for it. */
  text(text: string): void {
    const bytes = ENCODER.encode(text);
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A copy of what was written; the buffer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
