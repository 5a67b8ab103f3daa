import type { ByteOrder } from './bpf_object.js';
import { BpfObjectError } from './object_error.js';

/** Reads numbers of a part of a file. Every read is checked against the end of the part; places in messages are those of the whole. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly byteOrder: ByteOrder;
  /** Where the first byte is in what was given to read. */
  readonly base: number;
  /** What messages call the part: `section 3`. */
  readonly part: string;
  readonly #view: DataView;
  readonly #isLittle: boolean;

  constructor(bytes: Uint8Array, byteOrder: ByteOrder, base: number, part: string) {
    this.bytes = bytes;
    this.byteOrder = byteOrder;
    this.base = base;
    this.part = part;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = byteOrder === 'little';
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(offset: number, what: string): number {
    this.check(offset, 1, what);
    return this.#view.getUint8(offset);
  }

  u16(offset: number, what: string): number {
    this.check(offset, 2, what);
    return this.#view.getUint16(offset, this.#isLittle);
  }

  i16(offset: number, what: string): number {
    this.check(offset, 2, what);
    return this.#view.getInt16(offset, this.#isLittle);
  }

  u32(offset: number, what: string): number {
    this.check(offset, 4, what);
    return this.#view.getUint32(offset, this.#isLittle);
  }

  i32(offset: number, what: string): number {
    this.check(offset, 4, what);
    return this.#view.getInt32(offset, this.#isLittle);
  }

  u64(offset: number, what: string): bigint {
    this.check(offset, 8, what);
    return this.#view.getBigUint64(offset, this.#isLittle);
  }

  /** A number of 64 bits that has to be one of a place or a size: at most 2^53 - 1. */
  size64(offset: number, what: string): number {
    const value = this.u64(offset, what);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw this.error(offset, `${what} must be less than 2^53; it is ${value}`);
    }
    return Number(value);
  }

  /** A part of this part. */
  within(offset: number, length: number, part: string): ByteReader {
    this.check(offset, length, part);
    return new ByteReader(this.bytes.subarray(offset, offset + length), this.byteOrder, this.base + offset, part);
  }

  /** Throws where `length` bytes from `offset` on are not all in the part. */
  check(offset: number, length: number, what: string): void {
    if (offset >= 0 && length >= 0 && offset + length <= this.bytes.length) return;
    throw this.error(
      offset,
      `${what} must be within ${this.part}, which has ${this.bytes.length} bytes; ` +
        `it has bytes ${offset} to ${offset + length} of it`,
    );
  }

  /** An error at a place of the part, or at its end for a place that it does not have. */
  error(offset: number, message: string): BpfObjectError {
    return new BpfObjectError(this.base + Math.min(Math.max(0, offset), this.bytes.length), message);
  }
}
