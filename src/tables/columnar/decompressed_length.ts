// How many bytes compressed bytes become, found by a walk over their structure: nothing is decompressed, no memory is
// needed, and the walk ends where too many are found. Decompressors believe what they read; this comes before them.

/** Bytes become more than they may. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';

  constructor(most: number) {
    super(`it becomes more than ${most.toLocaleString('en')} bytes`);
  }
}

const LZ4_FRAME = 0x184d_2204;
const ZSTD_FRAME = 0xfd2f_b528;
/** Frames of either kind that are to be skipped: the last four bits say which one. */
const SKIPPABLE = 0x184d_2a50;
const MAX_ZSTD_BLOCK = 1 << 17;
/** A length that goes on in the next byte. */
const MORE = 255;
const NIBBLE = 15;
const LZ4_MIN_MATCH = 4;
const LZ4_OFFSET_BYTES = 2;

/** The exact length of an LZ4 block. Throws a TooLongError above `most`, and an Error for what is no LZ4 block. */
export function lz4BlockLength(bytes: Uint8Array, most: number): number {
  const end = bytes.length;
  let length = 0;
  let at = 0;
  // Adds what follows a length of 15, in bytes of which the last is not 255.
  const extended = (nibble: number): number => {
    let sum = nibble;
    if (nibble < NIBBLE) return sum;
    for (let byte = MORE; byte === MORE; sum += byte) {
      if (at >= end) throw new Error('the LZ4 block is cut off');
      byte = bytes[at++] as number;
    }
    return sum;
  };
  while (at < end) {
    const token = bytes[at++] as number;
    const literals = extended(token >> 4);
    at += literals;
    length += literals;
    if (at > end) throw new Error('the LZ4 block is cut off');
    // The last sequence has literals alone.
    if (at < end) {
      at += LZ4_OFFSET_BYTES;
      if (at > end) throw new Error('the LZ4 block is cut off');
      length += extended(token & NIBBLE) + LZ4_MIN_MATCH;
    }
    if (length > most) throw new TooLongError(most);
  }
  return length;
}

/** The exact length of LZ4 frames. Throws a TooLongError above `most`, and an Error for what are no LZ4 frames. */
export function lz4FrameLength(bytes: Uint8Array, most: number): number {
  const reader = new FrameReader(bytes, 'LZ4');
  let length = 0;
  while (reader.left > 0) {
    if (reader.skips(LZ4_FRAME)) continue;
    const flags = reader.number(1);
    const [hasBlockChecksum, hasSize, hasChecksum, hasDictionary] = [0x10, 0x08, 0x04, 0x01].map(
      (bit) => (flags & bit) !== 0,
    );
    reader.skip(1 + (hasSize ? 8 : 0) + (hasDictionary ? 4 : 0) + 1);
    for (let size = reader.number(4); size !== 0; size = reader.number(4)) {
      // The highest bit says that the block is not compressed.
      const isPlain = size >= 0x8000_0000;
      const block = reader.take(isPlain ? size - 0x8000_0000 : size);
      length += isPlain ? block.length : lz4BlockLength(block, most - length);
      if (length > most) throw new TooLongError(most);
      if (hasBlockChecksum) reader.skip(4);
    }
    if (hasChecksum) reader.skip(4);
  }
  return length;
}

/**
 * The largest decompressed length of zstd frames in bytes; exactly that where no block of them is compressed. Throws a TooLongError where
 * it is more than `most` for certain, and an Error for what are no zstd frames.
 */
export function mostOfZstd(bytes: Uint8Array, most: number): number {
  const reader = new FrameReader(bytes, 'zstd');
  let least = 0;
  let upTo = 0;
  while (reader.left > 0) {
    if (reader.skips(ZSTD_FRAME)) continue;
    const descriptor = reader.number(1);
    const isSingle = (descriptor & 0x20) !== 0;
    const sizeCode = descriptor >> 6;
    const sizeBytes = sizeCode === 0 ? Number(isSingle) : 1 << sizeCode;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] as number;
    reader.skip((isSingle ? 0 : 1) + dictionaryBytes + sizeBytes);
    for (let isLast = false; !isLast; ) {
      const head = reader.number(3);
      const size = head >> 3;
      const kind = (head >> 1) & 3;
      isLast = (head & 1) === 1;
      if (kind === 3 || size > MAX_ZSTD_BLOCK) throw new Error('a block of the zstd frame is of no known kind');
      // Raw, of one byte over and over, or compressed.
      if (kind < 2) least += size;
      upTo += kind < 2 ? size : MAX_ZSTD_BLOCK;
      reader.skip(kind === 1 ? 1 : size);
      if (least > most) throw new TooLongError(most);
    }
    if ((descriptor & 0x04) !== 0) reader.skip(4);
  }
  return Math.min(upTo, most);
}

/** The length that Snappy bytes become. Throws a TooLongError above `most`, and an Error for what is no Snappy. */
export function snappyLength(bytes: Uint8Array, most: number): number {
  const reader = new FrameReader(bytes, 'Snappy');
  // The length that it says it has; the decompressor compares.
  while (reader.number(1) >= 0x80);
  let length = 0;
  while (reader.left > 0) {
    const tag = reader.number(1);
    const kind = tag & 3;
    const upper = tag >> 2;
    if (kind === 0) {
      const literals = 1 + (upper < 60 ? upper : reader.number(upper - 59));
      reader.skip(literals);
      length += literals;
    } else {
      reader.skip(kind === 3 ? 4 : kind);
      length += kind === 1 ? 4 + (upper & 7) : 1 + upper;
    }
    if (length > most) throw new TooLongError(most);
  }
  return length;
}

/** Reads the structure of compressed bytes. Throws an Error where they end before. */
class FrameReader {
  readonly #bytes: Uint8Array;
  readonly #format: string;
  #at = 0;

  constructor(bytes: Uint8Array, format: string) {
    this.#bytes = bytes;
    this.#format = format;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** A number of 1 to 4 bytes, the lowest first. */
  number(bytes: number): number {
    const at = this.#at;
    this.skip(bytes);
    let number = 0;
    for (let i = bytes - 1; i >= 0; i--) number = number * 256 + (this.#bytes[at + i] as number);
    return number;
  }

  take(bytes: number): Uint8Array {
    const at = this.#at;
    this.skip(bytes);
    return this.#bytes.subarray(at, this.#at);
  }

  skip(bytes: number): void {
    if (bytes > this.left) throw new Error(`the ${this.#format} bytes are cut off`);
    this.#at += bytes;
  }

  /** Passes the magic of a frame, or all of one to be skipped; answers whether it was the latter. Throws an Error for neither. */
  skips(magic: number): boolean {
    const found = this.number(4);
    if (found === magic) return false;
    if (found >>> 4 !== SKIPPABLE >>> 4) throw new Error(`it is no ${this.#format} frame`);
    this.skip(this.number(4));
    return true;
  }
}
