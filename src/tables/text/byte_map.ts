/** Most texts remembered, and the longest: a file of ever new texts must not fill the memory. */
const MAX_NAMES = 1 << 17;
const MAX_NAME_BYTES = 256;
const FIRST_SLOTS = 256;
/**
 * Most slots in a row that are taken: a search ends at the first free one, and texts may be chosen for their hash. Of texts
 * that are not, as many as there can be make rows of about 65.
 */
const MAX_ROW = 256;

/** Instead of a number: the text is not known. */
export const MISSING = -0x8000_0000;
const HASH_PRIME = 0x9e37_79b1;
const WORD = 4;

/** Bytes, and the same bytes to be read four at a time. */
export interface Bytes {
  readonly bytes: Uint8Array;
  readonly words: DataView;
}

/** Bytes that can be read four at a time. */
export function byteWords(bytes: Uint8Array): Bytes {
  return { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** Numbers by texts that lie somewhere in bytes: a look-up makes no string, and is short whatever the texts are. */
export class ByteMap {
  /** By slot: one more than the entry there, 0 where there is none. Never more than half full. */
  #slots = new Uint32Array(FIRST_SLOTS);
  // By entry, with room for half as many as there are slots; the text of entry i lies from ends[i - 1] to ends[i].
  #hashes = new Int32Array(FIRST_SLOTS / 2);
  #values = new Int32Array(FIRST_SLOTS / 2);
  #ends = new Uint32Array(FIRST_SLOTS / 2);
  #length = 0;
  #texts = byteWords(new Uint8Array(MAX_NAME_BYTES));

  /** The number of the text from `start` to `end`, or MISSING. */
  find(words: DataView, start: number, end: number): number {
    const hash = hashOf(words, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = (slots[slot] as number) - 1;
      if (entry < 0) return MISSING;
      if (this.#hashes[entry] === hash && this.#isText(entry, words, start, end)) return this.#values[entry] as number;
    }
  }

  /**
   * Remembers the number of a text that find() misses. Answers false where it is too long, or there are too many, be it in
   * all or of a like hash.
   */
  add({ bytes, words }: Bytes, start: number, end: number, value: number): boolean {
    const entry = this.#length;
    const length = end - start;
    if (entry >= MAX_NAMES || length > MAX_NAME_BYTES) return false;
    if (entry === this.#values.length) this.#grow();
    const hash = hashOf(words, start, end);
    const slot = this.#freeSlot(hash);
    if (slot === undefined) return false;
    const from = this.#startOf(entry);
    if (from + length > this.#texts.bytes.length) this.#texts = byteWords(enlarged(this.#texts.bytes, Uint8Array));
    this.#texts.bytes.set(bytes.subarray(start, end), from);
    this.#hashes[entry] = hash;
    this.#values[entry] = value;
    this.#ends[entry] = from + length;
    this.#length += 1;
    this.#slots[slot] = entry + 1;
    return true;
  }

  #isText(entry: number, words: DataView, start: number, end: number): boolean {
    const from = this.#startOf(entry);
    if ((this.#ends[entry] as number) - from !== end - start) return false;
    return isSameText(words, start, end, this.#texts.words, from);
  }

  #startOf(entry: number): number {
    return entry === 0 ? 0 : (this.#ends[entry - 1] as number);
  }

  #grow(): void {
    this.#hashes = enlarged(this.#hashes, Int32Array);
    this.#values = enlarged(this.#values, Int32Array);
    this.#ends = enlarged(this.#ends, Uint32Array);
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#length; entry++) {
      const slot = this.#freeSlot(this.#hashes[entry] as number);
      // One that has none is forgotten.
      if (slot !== undefined) this.#slots[slot] = entry + 1;
    }
  }

  /** Where an entry goes; undefined where too many slots in a row would be taken. */
  #freeSlot(hash: number): number | undefined {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    let first = slot;
    while (slots[(first - 1) & mask] !== 0) first -= 1;
    let last = slot;
    while (slots[(last + 1) & mask] !== 0) last += 1;
    return last - first < MAX_ROW ? slot : undefined;
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

/** Whether the text from `start` to `end` is the one in other bytes from `from` on, which are as many at least. */
export function isSameText(words: DataView, start: number, end: number, others: DataView, from: number): boolean {
  const distance = from - start;
  let at = start;
  for (; at + WORD <= end; at += WORD) if (others.getInt32(at + distance) !== words.getInt32(at)) return false;
  return at === end || lastWord(others, from, end + distance) === lastWord(words, start, end);
}

/** The hash of a text. */
function hashOf(words: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + WORD <= end; at += WORD) hash = mixed(hash, words.getInt32(at));
  return at === end ? hash : mixed(hash, lastWord(words, start, end));
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, HASH_PRIME);
  return product ^ (product >>> 15);
}

/** The last four bytes of a text; all of one that is shorter, and not empty. */
function lastWord(words: DataView, start: number, end: number): number {
  const length = end - start;
  if (length >= WORD) return words.getInt32(end - WORD);
  return words.getUint8(start) | (words.getUint8(start + (length >> 1)) << 8) | (words.getUint8(end - 1) << 16);
}
