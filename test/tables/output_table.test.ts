import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OUTCOME_MASK, Outcome } from '../../src/abi/verdict.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import { ANY_ADDED_NAMES } from '../../src/tables/columnar/added_names.js';
import { TableFile } from '../../src/tables/file_source.js';
import { isColumnar, TABLE_FORMATS, type TableFormat } from '../../src/tables/formats.js';
import { openTable } from '../../src/tables/open_table.js';
import { COMPRESSIONS } from '../../src/tables/output_table.js';
import type { RequestChunk } from '../../src/tables/request_table.js';
import { RowDiagnostics } from '../../src/tables/rows/row_diagnostics.js';
import { OUTPUT_COLUMNS } from '../../src/tables/text/row_fragments.js';
import { cases } from '../cases.js';
import { anyColumns } from './any_columns.js';
import { duckdbFolder } from './duckdb_folder.js';
import { type Value, VerdictCellsByRow } from './oracle/verdict_cells.js';
import { smallWorld } from './small_world.js';
import { type Decided, tableBytes } from './written.js';

const here = duckdbFolder();
const world = smallWorld();
/** zstd needs Node 22.15. */
const HAS_ZSTD = 'zstdCompressSync' in (await import('node:zlib'));

/** Texts of rows with a problem: names that are there and others, which make dictionaries grow. */
const text = fc.oneof(
  fc.constantFrom('', 'x', 'root', '12', '4294967296', 'ä,"b"\n', '\u{1f600}', '\uffee'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const someRows = fc.oneof(fc.nat(70), fc.integer({ min: 1, max: 2100 }));
const chunk = someRows.chain((rows) =>
  fc.record({
    columns: anyColumns(Math.min(rows, 70), {
      task: fc.nat(world.tasks.length - 1),
      token: fc.oneof(fc.nat(world.tokens.length - 1), fc.constant(NO_TOKEN)),
    }),
    rows: fc.constant(rows),
    verdicts: fc.uint8Array({ minLength: Math.min(rows, 70), maxLength: Math.min(rows, 70) }),
    bad: fc.array(fc.tuple(fc.nat(Math.max(rows - 1, 0)), fc.array(text, { minLength: 8, maxLength: 8 })), {
      maxLength: rows > 0 ? 6 : 0,
    }),
  }),
);
const anyTable = fc.record({
  groups: fc.array(fc.array(chunk, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  firstRow: fc.constantFrom(0, 99, 2 ** 32 - 20, 2 ** 40),
  lines: fc.constantFrom('none', 'each', 'some'),
});
/** Names that rows may add, as many as fit the numbers of names in one byte, two, or any: more than the tables here have. */
const anyAdded = fc.constantFrom(
  ANY_ADDED_NAMES.map(() => 60),
  ANY_ADDED_NAMES.map(() => 300),
  ANY_ADDED_NAMES,
);
type AnyTable = typeof anyTable extends fc.Arbitrary<infer T> ? T : never;

/** Rows that are repeated until there are enough. */
function repeated<Column extends Uint8Array | Uint16Array | Uint32Array>(column: Column, rows: number): Column {
  const Kind = column.constructor as new (rows: number) => Column;
  const all = new Kind(rows);
  for (let row = 0; row < rows; row++) all[row] = column[row % column.length] as number;
  return all;
}

/** The chunks of a table, each with the number of its first row and its lines. */
function decidedOf({ groups, firstRow, lines }: AnyTable): Decided[][] {
  let next = firstRow;
  return groups.map((group) =>
    group.map(({ columns, rows, verdicts, bad }): Decided => {
      const given: RequestChunk = {
        columns: {
          task: repeated(columns.task, rows),
          token: repeated(columns.token, rows),
          cmd: repeated(columns.cmd, rows),
          type: repeated(columns.type, rows),
          attachType: repeated(columns.attachType, rows),
          insnCnt: repeated(columns.insnCnt, rows),
          pre: repeated(columns.pre, rows),
        },
        rows,
        firstRow: next,
        ...(lines === 'none'
          ? {}
          : {
              lines: Uint32Array.from({ length: rows }, (_, row) => (lines === 'each' ? row + 2 : 3 * row + (row % 5))),
            }),
        bad: new Map(bad),
      };
      next += rows;
      return { chunk: given, verdicts: repeated(verdicts, rows) };
    }),
  );
}

/** The cells of a table of some rows, row by row. */
function expectedOf(groups: readonly (readonly Decided[])[]): Record<string, Value[]> {
  const byRow = new VerdictCellsByRow(world);
  const all: Record<string, Value[]> = Object.fromEntries(OUTPUT_COLUMNS.map((name) => [name, []]));
  for (const { chunk: given, verdicts } of groups.flat()) {
    const cells = byRow.of(given, verdicts as Uint8Array);
    for (const name of OUTPUT_COLUMNS) for (const value of cells[name] ?? []) all[name]?.push(value);
  }
  return all;
}

/** The cells of a file, as another program reads them. */
async function cellsOf(format: TableFormat, bytes: Buffer): Promise<Record<string, Value[]>> {
  if (format === 'arrow' || format === 'arrows') {
    const table = tableFromIPC(bytes);
    const valuesOf = (name: string): Value[] => [...(table.getChild(name) ?? [])].map(plain);
    return Object.fromEntries(OUTPUT_COLUMNS.map((name) => [name, valuesOf(name)]));
  }
  const path = join(here.folder, `written.${format}`);
  await writeFile(path, bytes);
  const types = OUTPUT_COLUMNS.map((name) => `${name}: '${numeric(name) ? 'BIGINT' : 'VARCHAR'}'`).join(', ');
  const from = {
    parquet: `read_parquet('${path}')`,
    csv: `read_csv('${path}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', columns = {${types}})`,
    ndjson: `read_json('${path}', format = 'newline_delimited', columns = {${types}})`,
  }[format];
  const order = format === 'parquet' ? '' : ' ORDER BY row';
  const read = await here.duckdb.runAndReadAll(`SELECT ${OUTPUT_COLUMNS.join(', ')} FROM ${from}${order}`);
  const columns = read.getColumns();
  return Object.fromEntries(OUTPUT_COLUMNS.map((name, i) => [name, (columns[i] ?? []).map(plain)]));
}

const numeric = (name: string): boolean => ['row', 'line', 'insn_cnt'].includes(name);
const plain = (value: unknown): Value => (typeof value === 'bigint' ? Number(value) : (value as Value));

/** The chunks of a table, as this project reads them. */
async function readBack(format: TableFormat, bytes: Buffer): Promise<RequestChunk[]> {
  const path = join(here.folder, `read.${format}`);
  await writeFile(path, bytes);
  const open = format === 'arrow' || format === 'parquet' ? TableFile.open(path) : undefined;
  const problems = new RowDiagnostics();
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  const { chunks } = await openTable({ file: path, format, open, pieces }, world, problems);
  const all: RequestChunk[] = [];
  for await (const next of chunks) all.push(next);
  open?.close();
  expect(problems.total).toBe(0);
  return all;
}

describe.each(TABLE_FORMATS)('%s', (format) => {
  test('what is written is read here, and written again from that, as the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => {
        const groups = decidedOf(table).map((group) => group.map(plainly));
        const expected = expectedOf(groups);
        // A table in columns cannot say that it has none.
        if (expected.row?.length === 0) return;
        const bytes = await tableBytes(world, { format, hasVerdicts: true }, groups);
        const verdicts = groups.flat().flatMap((given) => [...(given.verdicts ?? [])]);
        const lines = groups.flat().flatMap(({ chunk: given }) => [...(given.lines ?? [])]);
        const again = (await readBack(format, bytes)).map((read): Decided[] => {
          const rows = (column: number[]): number[] => column.slice(read.firstRow, read.firstRow + read.rows);
          const firstRow = table.firstRow + read.firstRow;
          const { lines: _, ...unplaced } = read;
          const placed = table.lines === 'none' ? unplaced : { ...unplaced, lines: Uint32Array.from(rows(lines)) };
          return [{ chunk: { ...placed, firstRow }, verdicts: Uint8Array.from(rows(verdicts)) }];
        });
        expect(expectedOf(again)).toEqual(expected);
      }),
      { numRuns: cases(6, 200) },
    );
  });

  test('what many rows at a time are written as is what they are row by row, for another program', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, anyAdded, fc.constantFrom(...COMPRESSIONS), async (table, added, compression) => {
        const all = decidedOf(table);
        const groups = isColumnar(format) ? all : all.map((group) => group.map(plainly));
        const isPossible = format === 'parquet' && (compression !== 'zstd' || HAS_ZSTD);
        const output = { format, hasVerdicts: true, added, ...(isPossible ? { compression } : {}) };
        const bytes = await tableBytes(world, output, groups);
        const expected = expectedOf(groups);
        const rows = expected.row?.length ?? 0;
        if (rows === 0 && format === 'csv') return;
        const seen = await cellsOf(format, bytes);
        for (const name of OUTPUT_COLUMNS) {
          const wanted = expected[name] ?? [];
          const row = wanted.findIndex((value, i) => value !== seen[name]?.[i]);
          expect({ name, rows: seen[name]?.length, row, cell: seen[name]?.[row] }).toEqual({
            name,
            rows: wanted.length,
            row: -1,
            cell: undefined,
          });
        }
      }),
      { numRuns: cases(6, 300) },
    );
  });
});

/**
 * Text has the cells of rows with a problem as they came, whole numbers or not, and no columns for a verdict that there is none of:
 * test/tables/text/text_buffer.test.ts.
 */
function plainly({ chunk: given, verdicts }: Decided): Decided {
  return {
    chunk: { ...given, bad: new Map() },
    verdicts: verdicts?.map((verdict) => (isKnown(verdict) ? verdict : 0)),
  };
}

const isKnown = (verdict: number): boolean => Outcome[verdict & OUTCOME_MASK] !== undefined;
