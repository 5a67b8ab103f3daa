const MAX_VARINT = 10;
const BLOCK_UNIT = 32;

/**
 * Numbers as Parquet writes them by their differences (DELTA_BINARY_PACKED): a block says the least difference, and each of
 * its parts has what the differences have more, packed bit by bit. They are read in their order, as many at a time as are
 * wanted; numbers of 32 bits are what is left of more bits, which some writers use.
 */
export class DeltaNumbers {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #words: 1 | 2;
  /** Numbers there are. */
  readonly count: number;
  readonly #partNumbers: number;
  readonly #widths: Uint8Array;
  #at: number;
  /** Of numbers, how many are left; of the part, likewise. */
  #left: number;
  #leftInPart = 0;
  /** The next part of the block. */
  #part: number;
  #isFirst = true;
  /** The number before, and the least difference, each in two halves. */
  #low = 0;
  #high = 0;
  #leastLow = 0;
  #leastHigh = 0;
  /** Where the part's packed bits start, how many of them were read, and how many a number takes. */
  #start = 0;
  #bit = 0;
  #width = 0;
  // A number of up to 64 bits that was read last.
  #readLow = 0;
  #readHigh = 0;

  /**
   * Numbers of one word of 32 bits each or of two, the lower first, that lie from `at` up to `end`; PAST_NUMBERS bytes more
   * follow. Throws an Error for what are none, and for more than `most` numbers.
   */
  constructor(bytes: Uint8Array, at: number, end: number, words: 1 | 2, most: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
    this.#end = end;
    this.#words = words;
    const blockNumbers = this.#length();
    const parts = this.#length();
    this.count = this.#length();
    this.#partNumbers = blockNumbers / parts;
    // The first number comes before all blocks: there need not be any.
    const hasBlocks = this.count > 1;
    const isSound = parts > 0 && this.#partNumbers > 0 && this.#partNumbers % BLOCK_UNIT === 0;
    if (hasBlocks && !isSound) throw new Error(`a block cannot have ${blockNumbers} numbers in ${parts} parts`);
    if (hasBlocks && parts > end - this.#at) throw endsEarly();
    if (this.count > most) throw new Error(`it has ${this.count} numbers where there can be ${most}`);
    this.#widths = new Uint8Array(hasBlocks ? parts : 0);
    this.#part = this.#widths.length;
    this.#left = this.count;
    this.#zigzag();
    this.#low = this.#readLow;
    this.#high = this.#readHigh;
  }

  /** Where what was read ends: the last part that was begun, or else what comes before the first block. */
  get end(): number {
    return this.#start === 0 ? this.#at : Math.min(this.#start + this.#partBytes(), this.#end);
  }

  read(into: Uint32Array, from: number, count: number): void {
    if (count > this.#left) throw endsEarly();
    this.#left -= count;
    const words = this.#words;
    for (let i = from; i < from + count; i++) {
      if (this.#isFirst) this.#isFirst = false;
      else this.#next();
      into[words * i] = this.#low;
      if (words === 2) into[2 * i + 1] = this.#high;
    }
  }

  /** Adds the next difference. */
  #next(): void {
    if (this.#leftInPart === 0) this.#nextPart();
    this.#leftInPart -= 1;
    this.#packed();
    // Halves are added as signed numbers of 32 bits; a sum that is smaller than what was added has carried one.
    const difference = (this.#leastLow + this.#readLow) | 0;
    const carry = Number(difference >>> 0 < this.#readLow >>> 0);
    const low = (this.#low + difference) | 0;
    const carried = Number(low >>> 0 < difference >>> 0);
    this.#high = (this.#high + this.#leastHigh + this.#readHigh + carry + carried) | 0;
    this.#low = low;
  }

  #nextPart(): void {
    if (this.#part === this.#widths.length) this.#nextBlock();
    else this.#at = this.#start + this.#partBytes();
    const width = this.#widths[this.#part++] as number;
    if (width > 64) throw new Error(`numbers cannot have ${width} bits`);
    this.#width = width;
    this.#start = this.#at;
    this.#bit = 0;
    this.#leftInPart = this.#partNumbers;
  }

  #nextBlock(): void {
    // Before the first block no part was begun.
    if (this.#start > 0) this.#at = this.#start + this.#partBytes();
    this.#zigzag();
    this.#leastLow = this.#readLow;
    this.#leastHigh = this.#readHigh;
    if (this.#at + this.#widths.length > this.#end) throw endsEarly();
    this.#widths.set(this.#bytes.subarray(this.#at, this.#at + this.#widths.length));
    this.#at += this.#widths.length;
    this.#part = 0;
  }

  #partBytes(): number {
    return (this.#partNumbers * this.#width) / 8;
  }

  /** Reads the next packed number. */
  #packed(): void {
    const width = this.#width;
    const bit = this.#bit;
    this.#bit = bit + width;
    if (this.#start + Math.ceil(this.#bit / 8) > this.#end) throw endsEarly();
    this.#readLow = width === 0 ? 0 : this.#bits(bit, Math.min(width, 32));
    this.#readHigh = width > 32 ? this.#bits(bit + 32, width - 32) : 0;
  }

  /** A number of 1 to 32 bits. */
  #bits(bit: number, width: number): number {
    const at = this.#start + Math.floor(bit / 8);
    const shift = bit % 8;
    let number = this.#view.getInt32(at, true) >>> shift;
    // In two steps: to shift by 32 is not to shift.
    if (shift + width > 32) number |= (this.#view.getUint8(at + 4) << 1) << (31 - shift);
    return width === 32 ? number | 0 : number & ((1 << width) - 1);
  }

  /** A length of at most 32 bits. */
  #length(): number {
    this.#varint();
    if (this.#readHigh !== 0) throw new Error('a length has too many bits');
    return this.#readLow >>> 0;
  }

  #zigzag(): void {
    this.#varint();
    const sign = -(this.#readLow & 1);
    this.#readLow = ((this.#readLow >>> 1) | (this.#readHigh << 31)) ^ sign;
    this.#readHigh = (this.#readHigh >>> 1) ^ sign;
  }

  #varint(): void {
    let [low, high] = [0, 0];
    for (let i = 0; i < MAX_VARINT; i++) {
      if (this.#at >= this.#end) throw endsEarly();
      const byte = this.#bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (i < 5) low |= bits << (7 * i);
      if (i === 4) high |= bits >> 4;
      if (i > 4) high |= bits << (7 * i - 32);
      if (byte >= 0x80) continue;
      this.#readLow = low;
      this.#readHigh = high;
      return;
    }
    throw new Error('a number has too many bytes');
  }
}

function endsEarly(): Error {
  return new Error('there are fewer numbers than there should be');
}
