/** Takes bytes in pieces of any size from a source that has them in pieces of its own. */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Uint8Array[] = [];
  #length = 0;
  #isEnd = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next bytes, which stay where they are; fewer only at the end. */
  async peek(length: number): Promise<Uint8Array> {
    await this.#fill(length);
    const bytes = this.#copy(length);
    return bytes;
  }

  /** The next bytes; fewer only at the end. */
  async take(length: number): Promise<Uint8Array> {
    await this.#fill(length);
    const bytes = this.#copy(length);
    let left = bytes.length;
    this.#length -= left;
    while (left > 0) {
      const first = this.#held[0] as Uint8Array;
      if (first.length > left) this.#held[0] = first.subarray(left);
      else this.#held.shift();
      left -= Math.min(left, first.length);
    }
    return bytes;
  }

  /** Reads what is left, and forgets it. */
  async drain(): Promise<void> {
    while (!this.#isEnd) {
      this.#held = [];
      this.#length = 0;
      await this.#fill(1);
    }
  }

  /** Lets go of the source. */
  async close(): Promise<void> {
    if (!this.#isEnd) await this.#source.return?.();
  }

  async #fill(length: number): Promise<void> {
    while (this.#length < length && !this.#isEnd) {
      const { value, done } = await this.#source.next();
      if (done) {
        this.#isEnd = true;
      } else {
        // A copy: the source may write its next piece over this one. (slice() of a Buffer is a view.)
        this.#held.push(new Uint8Array(value));
        this.#length += value.length;
      }
    }
  }

  #copy(length: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(length, this.#length));
    let at = 0;
    for (const piece of this.#held) {
      if (at === bytes.length) break;
      const part = piece.subarray(0, bytes.length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
