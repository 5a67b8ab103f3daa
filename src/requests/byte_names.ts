/** Most texts remembered, and the longest: a file of ever new texts must not fill the memory. */
const MAX_NAMES = 1 << 17;
const MAX_NAME_BYTES = 256;
const FIRST_SLOTS = 256;

/** Instead of a number: the text is not known. */
export const MISSING = -0x8000_0000;
/** Where a hash starts. */
export const HASH_START = 0x811c_9dc5 | 0;
const HASH_PRIME = 0x0100_0193;

/** The hash of a text and one more byte (FNV-1a): whoever looks for the end of a text works it out on the way. */
export function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, HASH_PRIME);
}

/** Numbers by texts that lie somewhere in bytes: a look-up makes no string. */
export class ByteNames {
  /** By slot: one more than the entry there, 0 where there is none. Never more than half full. */
  #slots = new Uint32Array(FIRST_SLOTS);
  // By entry, with room for half as many as there are slots; the text of entry i lies from ends[i - 1] to ends[i].
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  #values = new Int32Array(FIRST_SLOTS / 2);
  #ends = new Uint32Array(FIRST_SLOTS / 2);
  #length = 0;
  #texts = new Uint8Array(MAX_NAME_BYTES);

  /** The number of the text from `start` to `end`, whose bytes have that hash, or MISSING. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = (slots[slot] as number) - 1;
      if (entry < 0) return MISSING;
      if (this.#hashes[entry] === hash && this.#isText(entry, bytes, start, end)) return this.#values[entry] as number;
    }
  }

  /** Remembers the number of a text that find() misses, unless it is long or there are too many. */
  add(bytes: Uint8Array, start: number, end: number, hash: number, value: number): void {
    const entry = this.#length;
    const length = end - start;
    if (entry >= MAX_NAMES || length > MAX_NAME_BYTES) return;
    if (entry === this.#values.length) this.#grow();
    const from = this.#startOf(entry);
    if (from + length > this.#texts.length) this.#texts = enlarged(this.#texts, Uint8Array);
    this.#texts.set(bytes.subarray(start, end), from);
    this.#hashes[entry] = hash;
    this.#values[entry] = value;
    this.#ends[entry] = from + length;
    this.#length += 1;
    this.#place(entry);
  }

  #isText(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#startOf(entry);
    if ((this.#ends[entry] as number) - from !== end - start) return false;
    const texts = this.#texts;
    const distance = from - start;
    for (let at = start; at < end; at++) if (texts[at + distance] !== bytes[at]) return false;
    return true;
  }

  #startOf(entry: number): number {
    return entry === 0 ? 0 : (this.#ends[entry - 1] as number);
  }

  #grow(): void {
    this.#hashes = enlarged(this.#hashes, Int32Array);
    this.#values = enlarged(this.#values, Int32Array);
    this.#ends = enlarged(this.#ends, Uint32Array);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#length; entry++) this.#place(entry);
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = spread(this.#hashes[entry] as number) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }
}

/** Twice as long, with the same at its start. */
function enlarged<Numbers extends Uint8Array | Int32Array | Uint32Array>(
  numbers: Numbers,
  Type: new (length: number) => Numbers,
): Numbers {
  const larger = new Type(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** Lets the upper bits of a hash count among the lower ones, of which slots are made. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
