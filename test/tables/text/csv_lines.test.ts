import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REQUEST_COLUMNS, type RowCells } from '../../../src/tables/request_table.js';
import { cellNames } from '../../../src/tables/rows/cell_resolvers.js';
import { ChunkBuilder } from '../../../src/tables/rows/chunk_builder.js';
import { RowBuilder } from '../../../src/tables/rows/row_builder.js';
import { RowDiagnostics } from '../../../src/tables/rows/row_diagnostics.js';
import { CsvTable } from '../../../src/tables/text/csv_reader.js';
import { LineSplitter, type LineTaker } from '../../../src/tables/text/line_splitter.js';
import { PlainRows } from '../../../src/tables/text/plain_rows.js';
import { RowReader } from '../../../src/tables/text/row_reader.js';
import { MAX_LINE } from '../../../src/tables/text/text_lines.js';
import { cases } from '../../cases.js';
import { rowsOf, smallWorld } from '../small_world.js';

const names = cellNames(smallWorld());

/**
 * The fields of a line whose quotes, if any, each enclose one whole field without quotes in it; undefined for others. Made
 * from the line's text, while the reader splits bytes.
 */
function splitText(line: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; ; ) {
    let end: number;
    if (line[at] === '"') {
      const close = line.indexOf('"', at + 1);
      end = close + 1;
      if (close === -1 || (end < line.length && line[end] !== ',')) return undefined;
      fields.push(line.slice(at + 1, close));
    } else {
      const comma = line.indexOf(',', at);
      end = comma === -1 ? line.length : comma;
      const field = line.slice(at, end);
      if (field.includes('"')) return undefined;
      fields.push(field);
    }
    if (end >= line.length) return fields;
    at = end + 1;
  }
}

/** Reads a table; lines that splitText() can split are split by it instead of by the reader where `isSplit` is set. */
function read(bytes: Uint8Array, isSplit: boolean) {
  const problems = new RowDiagnostics();
  const reader = new RowReader(names, 1000);
  reader.begin();
  const chunkBuilder = new ChunkBuilder(reader.storage);
  const rows = new RowBuilder(names, problems, chunkBuilder);
  const table = new CsvTable('t', rows, new PlainRows(reader, chunkBuilder), problems);
  let split = 0;
  const taker: LineTaker = {
    get isInRow() {
      return table.isInRow;
    },
    plainLines: (span) => (isSplit ? span : table.plainLines(span)),
    line(text, number) {
      const { columns } = table;
      const fields = isSplit && columns && !table.isInRow && text ? splitText(text.replace(/\r$/, '')) : undefined;
      if (!columns || !fields || text === '\r') {
        table.line(text, number);
        return;
      }
      split += 1;
      const cells: RowCells = REQUEST_COLUMNS.map((_, column) => fields[columns.indexOf(column)] ?? '');
      const message = `the row has ${fields.length} fields and the header ${columns.length}`;
      if (fields.length === columns.length) rows.add(cells, number);
      else rows.addBroken('field_count', message, number, cells);
    },
  };
  const lines = new LineSplitter(taker, reader);
  lines.push(bytes);
  lines.end();
  table.end();
  const chunks = rows.take(true);
  const more = chunks.map(({ lines: at, expects, bad }) => ({ at, expects, bad }));
  return { read: { rows: rowsOf(chunks), more, problems, next: [lines.number, lines.offset] }, split };
}

const encode = (text: string) => [...new TextEncoder().encode(text)];
const HEADERS = [
  'task,cmd\n',
  'cmd,note,task,prog_type,insn_cnt\r\n',
  '"task","cmd","a, b","token"\n',
  'task,token,cmd,map_type,prog_type,expected_attach_type,insn_cnt,pre,expect\n',
];
/** Fields, most of them not plain: quotes, carriage returns, NUL, byte-order marks, and bytes that are no UTF-8. */
const field = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('', 'root', 'agent', 'btf_load', 'prog_load', 'kprobe', '7').map(encode) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('"root"', '""', '"a, b"', 'kprob', '4294967296', 'ü', '"ü"', '\uFEFF', 'bad_row')
      .map(encode),
  },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.constantFrom(...encode('a" ,\r\0'), 0xff, 0xc3, 0xbc, 0xe2, 0x82, 0xf0, 0x9f, 0xef, 0xbb, 0xbf, 0xed, 0xa0),
      { maxLength: 5 },
    ),
  },
);
const line = fc
  .tuple(fc.oneof(fc.array(field, { minLength: 2, maxLength: 5 }), fc.array(field, { maxLength: 11 })), fc.nat(5))
  .map(([fields, end]) => [
    ...fields.flatMap((bytes, i) => (i === 0 ? bytes : [0x2c, ...bytes])),
    ...encode(end === 0 ? '\r\n' : end === 1 ? '\r\r\n' : '\n'),
  ]);

test('a hostile line has the same fields, problems and messages split as bytes as split as text', () => {
  let rows = 0;
  let split = 0;
  fc.assert(
    fc.property(
      fc.constantFrom('', '\uFEFF'),
      fc.constantFrom(...HEADERS),
      fc.array(line, { maxLength: 30 }),
      (mark, header, lines) => {
        const bytes = Uint8Array.from([...encode(mark + header), ...lines.flat()]);
        const expected = read(bytes, true);
        expect(read(bytes, false).read).toEqual(expected.read);
        rows += expected.read.rows.length;
        split += expected.split;
      },
    ),
    { numRuns: cases(150, 500) },
  );
  // Lines of both kinds occur: those that the oracle splits, and those that need the full parser.
  expect(split).toBeGreaterThan(rows / 5);
  expect(split).toBeLessThan(rows);
});

test('a row with a wrong value is too long by its characters, not by its bytes', () => {
  const table = (text: string) => new TextEncoder().encode(`task,cmd,note\nroot,btf_loda,${text}\n`);
  const room = MAX_LINE - 'root,btf_loda,'.length;
  const kinds = (text: string) => read(table(text), false).read.problems.first.map(({ kind }) => kind);
  expect(kinds('ü'.repeat(room))).toEqual(['unknown_name']);
  expect(kinds('x'.repeat(room))).toEqual(['unknown_name']);
  expect(kinds('x'.repeat(room + 1))).toEqual(['line_too_long']);
});
