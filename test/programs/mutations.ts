import type { Random } from '../../src/workload/random.js';

/** Numbers at which readers go wrong. */
const EDGES: readonly bigint[] = [
  0n,
  1n,
  7n,
  8n,
  0x7fn,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0xffff_ffffn,
  1n << 53n,
  (1n << 64n) - 1n,
];
/** Fields of ELF headers and BTF: bytes, and numbers of 16, 32 and 64 bits. */
const WIDTHS = [1, 2, 4, 8] as const;

/** A copy of some bytes with one to four mutations, most of them small: a number replaced, bytes copied, cut out or put in, the end cut off. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Uint8Array.from(bytes);
  const times = 1 + random.below(4);
  for (let k = 0; k < times; k++) result = mutatedOnce(result, random);
  return result;
}

function mutatedOnce(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  if (bytes.length < 16) return bytes;
  const at = place(bytes, random);
  switch (random.below(16)) {
    case 0:
      return bytes.slice(0, at);
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(64))));
    case 2: {
      const from = random.below(bytes.length);
      const copied = bytes.subarray(from, Math.min(bytes.length, from + 1 + random.below(64)));
      return joined(bytes.subarray(0, at), copied, bytes.subarray(at));
    }
    case 3: {
      const from = random.below(bytes.length);
      bytes.copyWithin(at, from, Math.min(bytes.length, from + 64));
      return bytes;
    }
    default:
      write(bytes, at, random);
      return bytes;
  }
}

/** Headers are where most is decided: the first bytes, and the last, where section headers are. */
function place(bytes: Uint8Array, random: Random): number {
  const where = random.below(4);
  if (where === 0) return random.below(64);
  if (where === 1) return bytes.length - 1 - random.below(Math.min(bytes.length, 64 * 20));
  return random.below(bytes.length);
}

function write(bytes: Uint8Array, at: number, random: Random): void {
  const width = WIDTHS[random.below(WIDTHS.length)] as number;
  const start = at - (at % width);
  if (start + width > bytes.length) return;
  const near = BigInt(random.below(2 * bytes.length + 1));
  const number = random.below(2) === 0 ? (EDGES[random.below(EDGES.length)] as bigint) : near;
  const isBig = random.below(4) === 0;
  for (let i = 0; i < width; i++) {
    bytes[isBig ? start + width - 1 - i : start + i] = Number((number >> BigInt(8 * i)) & 0xffn);
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
