import { putVarint } from './thrift_writer.js';

/** Values of a block; it has four parts, whose bit widths come first. */
const BLOCK = 128;
const PARTS = 4;

/**
 * Numbers that go up by the same step each, from 0 to 2^53 - 1, in the encoding DELTA_BINARY_PACKED (Encodings.md of
 * apache/parquet-format): a block says the step, and has no bits for its values.
 */
export function constantSteps(first: number, step: number, count: number): Uint8Array {
  const bytes: number[] = [];
  putVarint(BLOCK, bytes);
  putVarint(PARTS, bytes);
  putVarint(count, bytes);
  putVarint(2 * first, bytes);
  for (let rest = count - 1; rest > 0; rest -= BLOCK) {
    putVarint(2 * step, bytes);
    for (let part = 0; part < PARTS; part++) bytes.push(0);
  }
  return Uint8Array.from(bytes);
}
