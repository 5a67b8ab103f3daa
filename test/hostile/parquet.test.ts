import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, test } from 'vitest';
import { MemoryBytes } from '../../src/tables/arrow/decompress_batch.js';
import { TableFile } from '../../src/tables/file_source.js';
import { ColumnReader } from '../../src/tables/parquet/column_reader.js';
import { DeltaNumbers } from '../../src/tables/parquet/delta.js';
import { readFooter } from '../../src/tables/parquet/footer.js';
import { readPageHeader } from '../../src/tables/parquet/page_header.js';
import { PAST_NUMBERS } from '../../src/tables/parquet/rle_hybrid.js';
import { ParquetTable } from '../../src/tables/parquet/table.js';
import { EndsEarlyError } from '../../src/tables/parquet/thrift.js';
import { RequestTableError } from '../../src/tables/request_table.js';
import { RowDiagnostics } from '../../src/tables/rows/row_diagnostics.js';
import { type Field, struct, varint } from './thrift_bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PLAIN = 0;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;

/** A data page that is not compressed. */
function page(count: number, encoding: number, data: readonly number[]): number[] {
  const header: Field[] = [
    [1, 0],
    [2, data.length],
    [3, data.length],
    [
      5,
      [
        [1, count],
        [2, encoding],
        [3, 3],
        [4, 3],
      ],
    ],
  ];
  return [...struct(header), ...data];
}

/** Reads rows of a column with these pages. */
function readColumn(bytes: readonly number[], rows: number, numbers?: 4 | 8): ColumnReader {
  const reader = new ColumnReader({
    place: 0,
    hasLevels: false,
    ...(numbers ? { numbers: { kind: 'numbers', bytes: numbers, isSigned: true } as const } : {}),
  });
  const source = Uint8Array.from(bytes);
  reader.open(new MemoryBytes(source), source.length, { offset: 0, bytes: source.length, rows, codec: 'UNCOMPRESSED' });
  reader.read(Math.min(rows, 1000));
  return reader;
}

describe('Thrift', () => {
  it('a number that never ends is refused at its tenth byte', () => {
    const endless = new Uint8Array(200_000).fill(0xff);
    // A field that is wanted, and one that is not.
    for (const id of [3, 2, 4]) {
      endless[0] = (id << 4) | 6;
      expect(() => readPageHeader(endless)).toThrow('a number in it is longer than its type can be');
    }
    endless[0] = 0x36;
    expect(() => readFooter(endless)).toThrow('a number in it is longer than its type can be');
  });

  it('a list or text that claims more than there is, and structs in structs without end, are refused', () => {
    expect(() => readFooter(Uint8Array.of(0x29, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0, 0))).toThrow(EndsEarlyError);
    expect(() => readFooter(Uint8Array.of(0x68, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0))).toThrow(EndsEarlyError);
    expect(() => readFooter(new Uint8Array(100_000).fill(0x1c))).toThrow('more than 32 deep');
    expect(() => readFooter(new Uint8Array(100_000).fill(0x19))).toThrow(Error);
  });

  it('every byte that is cut off is told from what is wrong', () => {
    const header = Uint8Array.from(page(3, PLAIN, []));
    expect(readPageHeader(header).length).toBe(header.length);
    for (let length = 0; length < header.length; length++) {
      expect(() => readPageHeader(header.subarray(0, length))).toThrow(EndsEarlyError);
    }
  });
});

test('a footer whose number never ends is an error in words', () => {
  const path = join(folder, 'endless.parquet');
  const footer = Buffer.alloc(180_000, 0xff);
  footer[0] = 0x36;
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(footer.length);
  writeFileSync(path, Buffer.concat([Buffer.from('PAR1'), footer, tail, Buffer.from('PAR1')]));
  const bytes = TableFile.open(path);
  expect(() => new ParquetTable(path, bytes, new RowDiagnostics())).toThrow(RequestTableError);
  bytes.close();
});

describe('numbers by their differences', () => {
  it('are what was written, of any width', () => {
    const any = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-100n, 100n), fc.constant(7n));
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 150 }), fc.integer({ min: 1, max: 70 }), (numbers, step) => {
        const bytes = deltaBytes(numbers);
        const padded = Uint8Array.from([...bytes, ...Array.from({ length: PAST_NUMBERS }, () => 255)]);
        for (const words of [1, 2] as const) {
          const reader = new DeltaNumbers(padded, 0, bytes.length, words, numbers.length);
          const read = new Uint32Array(numbers.length * words);
          for (let i = 0; i < numbers.length; i += step) reader.read(read, i, Math.min(step, numbers.length - i));
          const expected = Uint32Array.from(
            numbers.flatMap((n) => [BigInt.asUintN(32, n), BigInt.asUintN(32, n >> 32n)].slice(0, words)).map(Number),
          );
          expect(read).toEqual(expected);
          expect(reader.end).toBe(bytes.length);
          expect(() => reader.read(read, 0, 1)).toThrow('fewer numbers');
        }
      }),
    );
  });

  it('that claim to be more than the page has, in blocks that cannot be, or without end, are refused', () => {
    const rest = [0, 0, 0, 0, 0];
    const huge = [...varint(128), ...varint(4), ...varint(2 ** 31), ...rest];
    expect(() => readColumn(page(10, DELTA_BINARY_PACKED, huge), 10, 8)).toThrow('where there can be 10');
    const parts = [...varint(2 ** 32 - 32), ...varint(2 ** 27 - 1), ...varint(10), ...rest];
    expect(() => readColumn(page(10, DELTA_BINARY_PACKED, parts), 10, 8)).toThrow('fewer numbers');
    const none = [...varint(128), 0, ...varint(10), ...rest];
    expect(() => readColumn(page(10, DELTA_BINARY_PACKED, none), 10, 8)).toThrow('a block cannot have');
    const endless = [...varint(128), ...varint(4), ...varint(10), ...Array.from({ length: 5000 }, () => 0xff)];
    expect(() => readColumn(page(10, DELTA_BINARY_PACKED, endless), 10, 8)).toThrow('too many bytes');
    const wide = [...varint(32), 1, ...varint(10), 0, 0, 200, ...Array.from({ length: 5000 }, () => 0xff)];
    expect(() => readColumn(page(10, DELTA_BINARY_PACKED, wide), 10, 8)).toThrow('200 bits');
  });
});

describe('a page', () => {
  it('of more values than its row group has rows is refused, whatever its encoding', () => {
    const count = 2 ** 31 - 1;
    for (const encoding of [PLAIN, DELTA_BINARY_PACKED]) {
      expect(() => readColumn(page(count, encoding, [1, 2, 3, 4]), 10, 4)).toThrow('has 10 more rows');
    }
    expect(() => readColumn(page(count, DELTA_LENGTH_BYTE_ARRAY, [1, 2, 3, 4]), 10)).toThrow('has 10 more rows');
  });

  it('of a dictionary of more entries than bytes is refused before there is room for them', () => {
    const header = (count: number): number[] =>
      struct([
        [1, 2],
        [2, 4],
        [3, 4],
        [
          7,
          [
            [1, count],
            [2, PLAIN],
          ],
        ],
      ]);
    expect(() => readColumn([...header(2 ** 31 - 1), 0, 0, 0, 0], 10, 4)).toThrow('fewer values than it says');
    expect(() => readColumn([...header(2 ** 31 - 1), 0, 0, 0, 0], 10)).toThrow('fewer values than it says');
  });

  it('of texts that are each almost all of the one before does not become gigabytes', () => {
    // No bits for the difference of each length: half a million times all of the first text.
    const many = 1 << 19;
    const same = (first: number, then: number, count: number): number[] => [
      ...varint(2 ** 25),
      ...varint(1),
      ...varint(count),
      ...varint(2 * first),
      ...varint(then < first ? 2 * (first - then) - 1 : 2 * (then - first)),
      0,
    ];
    const shared = same(0, 0, many);
    const first = Array.from({ length: 1000 }, () => 0x61);
    // Lengths fall from 1000 by nothing: each text has all of the one before, and a byte more.
    const texts = page(many, DELTA_BYTE_ARRAY, [...shared, ...same(1000, 1000, many), ...first]);
    expect(() => readColumn(texts, many)).toThrow('have more than 128 MiB');
  });

  it('that is no longer than it says, and of few values, may not become much', () => {
    const header = struct([
      [1, 0],
      [2, 1 << 26],
      [3, 4],
      [
        5,
        [
          [1, 3],
          [2, PLAIN],
          [3, 3],
          [4, 3],
        ],
      ],
    ]);
    expect(() => readColumn([...header, 1, 2, 3, 4], 10, 4)).toThrow('which is too much');
  });
});

test('row groups that name the same pages again and again are refused', () => {
  const bytes = Uint8Array.from(
    page(
      10,
      PLAIN,
      Array.from({ length: 40 }, (_, i) => i),
    ),
  );
  const reader = new ColumnReader({
    place: 0,
    hasLevels: false,
    numbers: { kind: 'numbers', bytes: 4, isSigned: true },
  });
  const chunk = { offset: 0, bytes: bytes.length, rows: 10, codec: 'UNCOMPRESSED' };
  reader.open(new MemoryBytes(bytes), bytes.length, chunk);
  reader.read(10);
  reader.open(new MemoryBytes(bytes), bytes.length, chunk);
  expect(() => reader.read(10)).toThrow('row groups name the same pages');
});

/** Numbers by their differences, in blocks of two parts of 32. */
function deltaBytes(numbers: readonly bigint[]): number[] {
  const zigzag = (number: bigint): number[] => varintOf(BigInt.asUintN(64, (number << 1n) ^ (number >> 63n)));
  const differences = numbers.slice(1).map((number, i) => BigInt.asIntN(64, number - (numbers[i] as bigint)));
  const bytes = [...varint(64), ...varint(2), ...varint(numbers.length), ...zigzag(numbers[0] as bigint)];
  for (let at = 0; at < differences.length; at += 64) {
    const block = differences.slice(at, at + 64);
    const least = block.reduce((a, b) => (b < a ? b : a));
    bytes.push(...zigzag(least));
    const parts = [block.slice(0, 32), block.slice(32)].map((part) => part.map((n) => BigInt.asUintN(64, n - least)));
    const widths = parts.map((part) => Math.max(0, ...part.map((n) => (n === 0n ? 0 : n.toString(2).length))));
    bytes.push(...widths);
    parts.forEach((part, i) => {
      if (part.length === 0) return;
      const width = widths[i] as number;
      const bits = part.reduce((all, n, k) => all | (n << BigInt(k * width)), 0n);
      for (let k = 0; k < 4 * width; k++) bytes.push(Number((bits >> BigInt(8 * k)) & 0xffn));
    });
  }
  return bytes;
}

function varintOf(number: bigint): number[] {
  return number < 128n ? [Number(number)] : [Number(number % 128n) + 128, ...varintOf(number / 128n)];
}
