/** Bytes that are read, and not used, past the end of what numbers lie in: there have to be as many. */
export const PAST_NUMBERS = 8;

/** Wider than this, a packed number may lie in five bytes. */
const WIDEST_IN_FOUR = 25;
const VARINT_BITS = 35;
/** More numbers than a page can have, and few enough to be counted in integers. */
const MAX_LEFT = 2 ** 30 - 1;

/**
 * Numbers as Parquet writes small ones: runs of one repeated number and runs of bit-packed numbers.
 * They are read in their order, as many at a time as are wanted.
 */
export class RleHybridReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #width: number;
  readonly #end: number;
  #at: number;
  /** Remaining numbers of the run. */
  #left = 0;
  #isPacked = false;
  /** What is repeated. */
  #number = 0;
  /** Where packed numbers start, and how many bits of them were read. */
  #start = 0;
  #bit = 0;

  /** Numbers of `width` bits (0 to 32) that lie from `at` up to `end`. Throws a Error for another width. */
  constructor(bytes: Uint8Array, at: number, end: number, width: number) {
    if (width > 32) throw new Error(`numbers cannot have ${width} bits`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#width = width;
    this.#at = at;
    this.#end = end;
  }

  /** Puts the next `count` numbers into `into`, from `from` on. Throws a Error where there are not as many. */
  read(into: Uint32Array, from: number, count: number): void {
    const to = from + count;
    // Where there is but one number, writers leave out even that.
    if (this.#width === 0) into.fill(0, from, to);
    else for (let next = from; next < to; ) next += this.#readSome(into, next, to - next);
  }

  #readSome(into: Uint32Array, from: number, most: number): number {
    if (this.#left === 0) this.#nextStretch();
    const count = Math.min(this.#left, most);
    this.#left -= count;
    if (this.#isPacked) this.#unpack(into, from, count);
    else into.fill(this.#number, from, from + count);
    return count;
  }

  #unpack(into: Uint32Array, from: number, count: number): void {
    const [view, start, width] = [this.#view, this.#start, this.#width];
    const mask = width === 32 ? -1 : (1 << width) - 1;
    const to = from + count;
    let bit = this.#bit;
    this.#bit += count * width;
    if (start + Math.ceil(this.#bit / 8) > this.#end) throw endsEarly();
    if (width <= WIDEST_IN_FOUR) {
      for (let next = from; next < to; next++, bit += width) {
        into[next] = (view.getInt32(start + (bit >>> 3), true) >>> (bit & 7)) & mask;
      }
      return;
    }
    for (let next = from; next < to; next++, bit += width) {
      const at = start + (bit >>> 3);
      // In two steps: to shift by 32 is not to shift.
      const above = (view.getUint8(at + 4) << 1) << (31 - (bit & 7));
      into[next] = ((view.getInt32(at, true) >>> (bit & 7)) | above) & mask;
    }
  }

  #nextStretch(): void {
    const header = this.#varint();
    this.#isPacked = (header & 1) === 1;
    const half = header >>> 1;
    if (this.#isPacked) {
      // As integers: with doubles, what follows takes twice as long.
      this.#left = Math.min(8 * half, MAX_LEFT) | 0;
      this.#start = this.#at;
      this.#bit = 0;
      // Past the end where a writer omits the bytes of unused numbers.
      this.#at = Math.min(this.#at + half * this.#width, this.#end) | 0;
      return;
    }
    this.#left = Math.min(half, MAX_LEFT) | 0;
    this.#number = 0;
    for (let shift = 0; shift < this.#width; shift += 8) this.#number |= this.#byte() << shift;
  }

  #varint(): number {
    let number = 0;
    for (let shift = 0; shift < VARINT_BITS; shift += 7) {
      const byte = this.#byte();
      number |= (byte & 0x7f) << shift;
      if (byte < 0x80) return number;
    }
    throw new Error('the length of a run of numbers has too many bytes');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw endsEarly();
    return this.#bytes[this.#at++] as number;
  }
}

function endsEarly(): Error {
  return new Error('there are fewer numbers than there should be');
}
