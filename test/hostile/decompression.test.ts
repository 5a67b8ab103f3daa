import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { snappyUncompress } from 'hyparquet';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import lz4 from 'lz4-napi';
import { describe, expect, it, test } from 'vitest';
import { decompress, loadCodecs } from '../../src/tables/columnar/compression.js';
import {
  lz4BlockLength,
  lz4FrameLength,
  mostOfZstd,
  snappyLength,
  TooLongError,
} from '../../src/tables/columnar/decompressed_length.js';
import { decompressParquet as decompressPage } from '../../src/tables/parquet/codecs.js';
import { rawZstd } from '../tables/arrow/raw_zstd.js';

await loadCodecs(['lz4', 'lz4_block', 'zstd']);

/** Compressible bytes: runs of one byte, of a few bytes, and of any. */
const anyBytes = fc
  .array(
    fc.oneof(
      fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 3000 })).map(([byte, times]) => new Uint8Array(times).fill(byte)),
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ minLength: 3, maxLength: 20 }), fc.nat(60))
        .map(([bytes, times]) => Buffer.concat(Array.from({ length: times }, () => bytes))),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.concat(parts));

/** An LZ4 block, without the length that the library puts before it. */
function lz4Block(bytes: Uint8Array): Uint8Array {
  return lz4.compressSync(Buffer.from(bytes)).subarray(4);
}

const ENUM_KINDS = [
  { name: 'lz4', compress: (bytes: Uint8Array) => lz4.compressFrameSync(Buffer.from(bytes)), length: lz4FrameLength },
  { name: 'lz4_block', compress: lz4Block, length: lz4BlockLength },
  { name: 'snappy', compress: (bytes: Uint8Array) => snappyCompress(bytes), length: snappyLength },
  { name: 'zstd', compress: rawZstd, length: mostOfZstd },
] as const;

describe('what bytes become is known before they are decompressed, and stops where it is too much', () => {
  it.each(ENUM_KINDS)('$name', ({ compress, length }) => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const compressed = compress(bytes);
        expect(length(compressed, bytes.length)).toBe(bytes.length);
        if (bytes.length > 0) expect(() => length(compressed, bytes.length - 1)).toThrow(TooLongError);
      }),
      { numRuns: 60 },
    );
  });

  it.each(ENUM_KINDS)('of damaged bytes too: $name', ({ name, compress, length }) => {
    const place = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(anyBytes, fc.array(place, { minLength: 1, maxLength: 4 }), (bytes, damages) => {
        const damaged = Uint8Array.from(compress(bytes));
        for (const [at, byte] of damages) damaged[at % damaged.length] = byte;
        let most: number;
        try {
          most = length(damaged, 1 << 20);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        try {
          const plain = name === 'snappy' ? new Uint8Array(most) : decompress(name, damaged, 1 << 20);
          if (name === 'snappy') snappyUncompress(damaged, plain);
          expect(plain.length).toBeLessThanOrEqual(most);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('zstd blocks of one byte over and over are refused before they become gigabytes', () => {
  const frame = rawZstd(new Uint8Array(1 << 18));
  // 14,000 times the first block of the frame.
  const [head, block] = [frame.subarray(0, 13), Uint8Array.from(frame.subarray(13, 17))];
  block[0] = (block[0] as number) & ~1;
  const bomb = Buffer.concat([head, ...Array.from({ length: 14_000 }, () => block), frame.subarray(17)]);
  expect(() => decompress('zstd', bomb, 1 << 28)).toThrow(TooLongError);
  expect(() => decompressPage('ZSTD', bomb, 1 << 27)).toThrow(TooLongError);
});

test('a zstd block of a few bytes that says it has 98,000 long copies does not run for minutes', () => {
  const block = [(1 << 3) | 1, 0x41, 255, 0xff, 0xff, 0b0101_0100, 0, 0, 52, 0xff, 0xff, 0xff];
  const head = (block.length << 3) | (2 << 1) | 1;
  const frame = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0xff, head, 0, 0, ...block]);
  expect(() => decompress('zstd', frame, 100_000)).toThrow('the zstd frame is damaged');
});

test('a Snappy literal of a negative length does not go round in a circle', () => {
  const bytes = Uint8Array.of(100, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0, 0, 0, 0);
  expect(() => decompressPage('SNAPPY', bytes, 100)).toThrow('cut off');
});

test.each(['GZIP', 'BROTLI'])('what %s makes of bytes ends where the page does', (codec) => {
  const zeros = new Uint8Array(1 << 22);
  const bytes = codec === 'GZIP' ? gzipSync(zeros) : brotliCompressSync(zeros);
  expect(decompressPage(codec, bytes, zeros.length)).toHaveLength(zeros.length);
  expect(() => decompressPage(codec, bytes, 1000)).toThrow(TooLongError);
  expect(() => decompressPage(codec, bytes, 1 + zeros.length)).toThrow('instead of');
  expect(() => decompressPage(codec, Uint8Array.of(1, 2, 3), 1000)).toThrow(Error);
});
