import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REQUEST_FORMATS, type RequestFormat } from '../../../src/tables/request_table.js';
import { cellNames } from '../../../src/tables/rows/cell_resolvers.js';
import { ChunkBuilder } from '../../../src/tables/rows/chunk_builder.js';
import { RowBuilder } from '../../../src/tables/rows/row_builder.js';
import { RowDiagnostics } from '../../../src/tables/rows/row_diagnostics.js';
import { ByteMap, byteWords, MISSING } from '../../../src/tables/text/byte_map.js';
import { CsvTable } from '../../../src/tables/text/csv_reader.js';
import { LineSplitter, type LineTaker } from '../../../src/tables/text/line_splitter.js';
import { KeyColumns } from '../../../src/tables/text/ndjson_keys.js';
import { NdjsonTable } from '../../../src/tables/text/ndjson_reader.js';
import { PlainRows } from '../../../src/tables/text/plain_rows.js';
import { RowReader } from '../../../src/tables/text/row_reader.js';
import { randomTable } from '../random_tables.js';
import { rowsOf, smallWorld } from '../small_world.js';

// Numbers as names: in JSON a number is no name.
const small = smallWorld();
const nobody = { name: '1', userns: 2, euid: 65534, effective: 0n };
const names = cellNames({ ...small, tasks: [...small.tasks, nobody] });

/** A table as it is read, and how many of its lines were read from their bytes. */
function read(format: RequestFormat, bytes: Uint8Array, isShort: boolean) {
  const problems = new RowDiagnostics();
  const reader = new RowReader(names, 1000);
  reader.begin();
  const chunkBuilder = new ChunkBuilder(reader.storage);
  const plainRows = new PlainRows(reader, chunkBuilder);
  const rows = new RowBuilder(names, problems, chunkBuilder);
  const table =
    format === 'csv'
      ? new CsvTable('t', rows, plainRows, problems)
      : new NdjsonTable(rows, plainRows, new KeyColumns(problems));
  let plain = 0;
  const taker: LineTaker = {
    get isInRow() {
      return table.isInRow;
    },
    plainLines(span) {
      const read = isShort ? table.plainLines(span) : span;
      plain += read.number - span.number;
      return read;
    },
    line: (...args) => table.line(...args),
  };
  const lines = new LineSplitter(taker, reader);
  lines.push(bytes);
  lines.end();
  table.end();
  const chunks = rows.take(true);
  const more = chunks.map(({ lines: at, expects, bad }) => ({ at, expects, bad }));
  return { read: { rows: rowsOf(chunks), more, problems, next: [lines.number, lines.offset] }, plain };
}

describe.each(REQUEST_FORMATS)('%s', (format) => {
  it('lines read from their bytes are what they are as text', () => {
    let plain = 0;
    let rows = 0;
    fc.assert(
      fc.property(randomTable(format), (bytes) => {
        const short = read(format, bytes, true);
        expect(short.read).toEqual(read(format, bytes, false).read);
        plain += short.plain;
        rows += short.read.rows.length;
      }),
      { numRuns: 400 },
    );
    // Both ways were gone.
    expect(plain).toBeGreaterThan(rows / 20);
    expect(plain).toBeLessThan(rows);
  });
});

describe('names in bytes', () => {
  const encoded = (text: string) => byteWords(new TextEncoder().encode(text));

  it('are what they were remembered as, among thousands of any length', () => {
    const known = new ByteMap();
    const texts = Array.from({ length: 5000 }, (_, i) => 'x'.repeat(i % 9) + i.toString(i < 300 ? 36 : 10));
    const places = [...new Set(texts)].map((text, i) => ({ bytes: encoded(text), length: text.length, value: i - 1 }));
    for (const { bytes, length } of places) expect(known.find(bytes.words, 0, length)).toBe(MISSING);
    for (const { bytes, length, value } of places) known.add(bytes, 0, length, value);
    for (const { bytes, length, value } of places) expect(known.find(bytes.words, 0, length)).toBe(value);
    // Wherever they lie.
    const { words } = encoded(`..${texts[4711]}..`);
    expect(known.find(words, 2, words.byteLength - 2)).toBe(places[4711]?.value);
  });

  it('that hash to the same are told apart', () => {
    const known = new ByteMap();
    // The hash of two words is worked out from the first, and one of any such words makes it the other's.
    const prime = 0x9e37_79b1;
    const mixed = (hash: number, word: number) => {
      const product = Math.imul(hash ^ word, prime);
      return product ^ (product >>> 15);
    };
    const [one, other] = [encoded('aaaabbbb'), encoded('aaac....')];
    const wanted = mixed(8, one.words.getInt32(0)) ^ one.words.getInt32(4);
    other.words.setInt32(4, mixed(8, other.words.getInt32(0)) ^ wanted);
    known.add(one, 0, 8, 1);
    expect(known.find(other.words, 0, 8)).toBe(MISSING);
    known.add(other, 0, 8, 2);
    expect([one, other].map(({ words }) => known.find(words, 0, 8))).toEqual([1, 2]);
  });

  it('are not remembered where they are too long', () => {
    const known = new ByteMap();
    const long = byteWords(new Uint8Array(1000));
    known.add(long, 0, 257, 5);
    known.add(long, 0, 256, 6);
    expect(known.find(long.words, 0, 257)).toBe(MISSING);
    expect(known.find(long.words, 0, 256)).toBe(6);
  });
});
