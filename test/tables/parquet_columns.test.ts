import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryBytes } from '../../src/tables/arrow/decompress_batch.js';
import { bitAt, ColumnCells } from '../../src/tables/columnar/cells.js';
import { DECODE_BUFFER_ROWS } from '../../src/tables/columnar/decode_buffer.js';
import { TableFile } from '../../src/tables/file_source.js';
import { CODEC_NAMES } from '../../src/tables/parquet/codecs.js';
import { ColumnReader } from '../../src/tables/parquet/column_reader.js';
import { pageValues } from '../../src/tables/parquet/page_values.js';
import type { ColumnChunk, Page } from '../../src/tables/parquet/pages.js';
import { PAST_NUMBERS, RleHybridReader } from '../../src/tables/parquet/rle_hybrid.js';
import { type ParquetSplit, ParquetSplitReader, type RowGroup } from '../../src/tables/parquet/split.js';
import { ParquetTable } from '../../src/tables/parquet/table.js';
import { REQUEST_COLUMNS } from '../../src/tables/request_table.js';
import { RowDiagnostics } from '../../src/tables/rows/row_diagnostics.js';
import { cases } from '../cases.js';
import { duckdbFolder } from './duckdb_folder.js';
import { smallWorld } from './small_world.js';

const here = duckdbFolder();

type Cell = string | number | null;

/** Expects the same cells: toEqual() takes many times as long here. */
function expectSame(read: readonly unknown[] | undefined, expected: readonly unknown[]): void {
  expect(read?.length).toBe(expected.length);
  const row = expected.findIndex((cell, i) => !Object.is(cell, read?.[i]));
  expect({ row, cell: read?.[row] }).toEqual({ row: -1, cell: undefined });
}

/** The cells of each request column of a file, read `step` rows at a time. */
async function cellsOf(path: string, step = DECODE_BUFFER_ROWS): Promise<Partial<Record<string, Cell[]>>> {
  const bytes = TableFile.open(path);
  try {
    const table = new ParquetTable(path, bytes, new RowDiagnostics());
    const readers = table.data.columns.map((column) => new ColumnReader(column));
    const cells = readers.map((): Cell[] => []);
    const codecs = new ParquetSplitReader(table.data, smallWorld(), new RowDiagnostics());
    for (const part of table.splits()) {
      await codecs.prepare(part);
      for (const { rows, chunks } of part.groups) {
        readers.forEach((reader, i) => {
          reader.open(bytes, table.data.end, chunks[i] as (typeof chunks)[number]);
          for (let row = 0; row < rows; row += step) {
            reader.read(Math.min(step, rows - row));
            cells[i]?.push(...lastCells(reader, Math.min(step, rows - row)));
          }
        });
      }
    }
    return Object.fromEntries(readers.map(({ column }, i) => [REQUEST_COLUMNS[column.place], cells[i]]));
  } finally {
    bytes.close();
  }
}

function lastCells({ column, data, valid, texts }: ColumnReader, rows: number): Cell[] {
  const numbers = new ColumnCells(column.numbers ?? { kind: 'numbers', bytes: 4, isSigned: false }, { data });
  return Array.from({ length: rows }, (_, row) => {
    if (column.hasLevels && !bitAt(valid, row)) return null;
    return texts ? (texts.at(numbers.numberAt(row)) as string) : numbers.numberAt(row);
  });
}

/** A column's type in DuckDB, and cells of it. */
const INTEGERS = {
  UTINYINT: [0, 255],
  TINYINT: [-128, 127],
  USMALLINT: [0, 65_535],
  SMALLINT: [-32_768, 32_767],
  UINTEGER: [0, 2 ** 32 - 1],
  INTEGER: [-(2 ** 31), 2 ** 31 - 1],
  UBIGINT: [0, Number.MAX_SAFE_INTEGER],
  BIGINT: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;
const anyText = fc.oneof(
  fc.constantFrom('root', 'agent', ''),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ minLength: 250, maxLength: 300 }),
);

/** Cells of few kinds or many, some of them empty, in runs of equal ones. */
function cells(of: fc.Arbitrary<Cell>): fc.Arbitrary<Cell[]> {
  const run = fc.tuple(fc.option(of, { freq: 4 }), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 600 })));
  return fc
    .array(run, { minLength: 1, maxLength: 60 })
    .map((runs) => runs.flatMap(([cell, count]) => Array.from({ length: count }, () => cell)));
}

const anyTable = fc.record({
  type: fc.constantFrom(...(Object.keys(INTEGERS) as (keyof typeof INTEGERS)[])).chain((type) => {
    const [min, max] = INTEGERS[type];
    return fc.record({
      type: fc.constant(type),
      numbers: cells(fc.oneof(fc.maxSafeInteger(), fc.nat(40)).map((n) => Math.max(min, Math.min(max, n)))),
    });
  }),
  texts: cells(anyText),
  options: fc.record({
    COMPRESSION: fc.constantFrom(...CODEC_NAMES),
    PARQUET_VERSION: fc.constantFrom('V1', 'V2'),
    DICTIONARY_SIZE_LIMIT: fc.constantFrom(1, 3, 1000),
    ROW_GROUP_SIZE: fc.constantFrom(2048, 100_000),
  }),
  step: fc.constantFrom(DECODE_BUFFER_ROWS, 1000, 8 * 37),
});

describe('columns of a Parquet file', () => {
  test('have the cells that DuckDB wrote, however it encoded and compressed them', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ({ type: { type, numbers }, texts, options, step }) => {
        const rows = Math.min(numbers.length, texts.length);
        const [lines, path] = [join(here.folder, 'cells.ndjson'), join(here.folder, 'cells.parquet')];
        const line = (row: number): string =>
          JSON.stringify({ task: texts[row], cmd: 'btf_load', insn_cnt: numbers[row] });
        await writeFile(lines, Array.from({ length: rows }, (_, row) => line(row)).join('\n'));
        const columns = `{task: 'VARCHAR', cmd: 'VARCHAR', insn_cnt: '${type}'}`;
        const query = `SELECT * FROM read_json('${lines}', format = 'newline_delimited', columns = ${columns})`;
        const said = Object.entries(options).map(([name, value]) => `, ${name} ${value}`);
        await here.duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet${said.join('')})`);
        const read = await cellsOf(path, step);
        expectSame(read.task, texts.slice(0, rows));
        expectSame(read.insn_cnt, numbers.slice(0, rows));
        expectSame(
          read.cmd,
          Array.from({ length: rows }, () => 'btf_load'),
        );
      }),
      { numRuns: cases(6, 30) },
    );
  });

  test.each(CODEC_NAMES)('compressed with %s, many', async (codec) => {
    const path = join(here.folder, `${codec}.parquet`);
    const rows = cases(8000, 20_000);
    const query = `SELECT 't' || (hash(i) % 9999) AS task, if(i % 7 = 0, NULL, i) AS token, i::VARCHAR AS cmd FROM range(${rows}) t(i)`;
    await here.duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet, COMPRESSION ${codec})`);
    const asked = (await here.duckdb.runAndReadAll(`SELECT task, token::DOUBLE, cmd FROM '${path}'`)).getColumns();
    const { task, token, cmd } = await cellsOf(path);
    for (const [i, cells] of [task, token, cmd].entries()) expectSame(cells, asked[i] as unknown[]);
  });
});

test.each(['V1', 'V2'])(
  'a column goes on without its dictionary, as writers do whose dictionary is full: %s',
  async (version) => {
    // The pages of two files, one after the other.
    const sources: Uint8Array[] = [];
    for (const limit of [100, 1]) {
      const path = join(here.folder, `part-${limit}.parquet`);
      const query = `SELECT if(i % 9 = 0, NULL, 'name ' || (i % 50)) AS task, 'btf_load' AS cmd FROM range(5000) t(i)`;
      const options = `PARQUET_VERSION ${version}, DICTIONARY_SIZE_LIMIT ${limit}, COMPRESSION snappy`;
      await here.duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ${options})`);
      const bytes = TableFile.open(path);
      const [{ groups }] = [...new ParquetTable(path, bytes, new RowDiagnostics()).splits()] as [ParquetSplit];
      const [{ chunks }] = groups as unknown as [RowGroup];
      const [{ offset, bytes: length }] = chunks as unknown as [ColumnChunk];
      const chunk = new Uint8Array(length);
      bytes.read(offset, chunk);
      bytes.close();
      sources.push(chunk);
    }
    const all = Buffer.concat(sources);
    const reader = new ColumnReader({ place: 0, hasLevels: true });
    reader.open(new MemoryBytes(all), all.length, { offset: 0, bytes: all.length, rows: 10_000, codec: 'SNAPPY' });
    const cells: Cell[] = [];
    for (let row = 0; row < 10_000; row += 3000) {
      const rows = Math.min(3000, 10_000 - row);
      reader.read(rows);
      cells.push(...lastCells(reader, rows));
    }
    const expected = Array.from({ length: 10_000 }, (_, i) =>
      (i % 5000) % 9 === 0 ? null : `name ${(i % 5000) % 50}`,
    );
    expect(cells).toEqual(expected);
    expect(reader.texts).toHaveLength(50);
    expect(() => reader.read(1)).toThrow();
  },
);

test.each([1, 2] as const)('a value that is no entry of the dictionary is an error, of %i words', (words) => {
  // Numbers of three bits: five times the same.
  const page = (entry: number): Page => {
    const bytes = Uint8Array.of(3, 5 << 1, entry, ...Array.from({ length: PAST_NUMBERS }, () => 0));
    return { kind: 'values', bytes, count: 5, encoding: 'RLE_DICTIONARY', values: { from: 0, to: 3 } };
  };
  const dictionary = Uint32Array.from({ length: 4 * words }, (_, i) => i);
  const into = new Uint32Array(5 * words);
  pageValues(page(3), { words }, dictionary).read(into, 0, 5);
  expect([...into]).toEqual(Array.from({ length: 5 }, () => [...dictionary.slice(-words)]).flat());
  const outOfRange = pageValues(page(4), { words }, dictionary);
  expect(() => outOfRange.read(into, 0, 5)).toThrow('a value is entry 4 of a dictionary that has 4');
});

test('numbers in runs and packed by bits are what was written, of any width', () => {
  const run = (width: number) => {
    const number = fc.integer({ min: 0, max: 2 ** width - 1 });
    const packed = fc.array(number, { minLength: 1, maxLength: 40 }).map((numbers) => {
      const all = [...numbers, ...Array.from({ length: (8 - (numbers.length % 8)) % 8 }, () => 0)];
      return { numbers: all, bytes: [...varint((all.length / 8) * 2 + 1), ...packedBits(all, width)] };
    });
    const repeated = fc.tuple(number, fc.integer({ min: 0, max: 300 })).map(([one, count]) => ({
      numbers: Array.from({ length: count }, () => one),
      bytes: [...varint(count * 2), ...littleEndian(one, Math.ceil(width / 8))],
    }));
    return fc.oneof(packed, repeated);
  };
  const numbers = fc
    .integer({ min: 1, max: 32 })
    .chain((width) => fc.tuple(fc.constant(width), fc.array(run(width)), fc.integer({ min: 1, max: 50 })));
  fc.assert(
    fc.property(numbers, ([width, runs, step]) => {
      const written = runs.flatMap((one) => one.numbers);
      const bytes = runs.flatMap((one) => one.bytes);
      const padded = Uint8Array.from([...bytes, ...Array.from({ length: PAST_NUMBERS }, () => 255)]);
      const read = new Uint32Array(written.length);
      const reader = new RleHybridReader(padded, 0, bytes.length, width);
      for (let i = 0; i < read.length; i += step) reader.read(read, i, Math.min(step, read.length - i));
      expect([...read]).toEqual(written);
      expect(() => reader.read(new Uint32Array(8), 0, 8)).toThrow('there are fewer numbers than there should be');
    }),
  );
});

function varint(number: number): number[] {
  return number < 128 ? [number] : [(number % 128) + 128, ...varint(Math.floor(number / 128))];
}

function littleEndian(number: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(number / 256 ** i) % 256);
}

/** The lowest bit of each first. */
function packedBits(numbers: readonly number[], width: number): number[] {
  const bits = numbers.flatMap((number) => Array.from({ length: width }, (_, i) => Math.floor(number / 2 ** i) % 2));
  return Array.from({ length: bits.length / 8 }, (_, byte) =>
    bits.slice(8 * byte, 8 * byte + 8).reduce((sum, bit, i) => sum + bit * 2 ** i, 0),
  );
}
