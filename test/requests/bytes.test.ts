import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteLines, type LineTaker } from '../../src/requests/byte_lines.js';
import { ByteNames, HASH_START, hashByte, MISSING } from '../../src/requests/byte_names.js';
import { cellNames } from '../../src/requests/cell_names.js';
import { CsvTable } from '../../src/requests/csv.js';
import { REQUEST_FORMATS, type RequestFormat } from '../../src/requests/index.js';
import { KeyColumns } from '../../src/requests/keys.js';
import { NdjsonTable } from '../../src/requests/ndjson.js';
import { Problems } from '../../src/requests/problems.js';
import { RowBuilder } from '../../src/requests/rows.js';
import { randomTable } from './random_tables.js';
import { rowsOf, smallWorld } from './small_world.js';

// Numbers as names: in JSON a number is no name.
const small = smallWorld();
const nobody = { name: '1', userns: 2, euid: 65534, effective: 0n };
const names = cellNames({ ...small, tasks: [...small.tasks, nobody] });

/** A table as it is read, and how many of its lines were read from their bytes. */
function read(format: RequestFormat, bytes: Uint8Array, isShort: boolean) {
  const problems = new Problems();
  const rows = new RowBuilder(names, problems, 1000);
  const table = format === 'csv' ? new CsvTable('t', rows, problems) : new NdjsonTable(rows, new KeyColumns(problems));
  let plain = 0;
  const taker: LineTaker = {
    get isInRow() {
      return table.isInRow;
    },
    plainLine(...args) {
      const next = isShort ? table.plainLine(...args) : 0;
      if (next > 0) plain += 1;
      return next;
    },
    line: (...args) => table.line(...args),
  };
  const lines = new ByteLines(taker);
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
      { numRuns: 1500 },
    );
    // Both ways were gone.
    expect(plain).toBeGreaterThan(rows / 20);
    expect(plain).toBeLessThan(rows);
  });
});

describe('names in bytes', () => {
  it('are what they were remembered as, among thousands, some of which hash to the same', () => {
    const known = new ByteNames();
    const places = Array.from({ length: 5000 }, (_, i) => {
      const text = new TextEncoder().encode(`name-${i}`);
      return { text, hash: i % 100 === 0 ? 7 : text.reduce(hashByte, HASH_START), value: i - 1 };
    });
    for (const { text, hash } of places) expect(known.find(text, 0, text.length, hash)).toBe(MISSING);
    for (const { text, hash, value } of places) known.add(text, 0, text.length, hash, value);
    for (const { text, hash, value } of places) expect(known.find(text, 0, text.length, hash)).toBe(value);
    expect(known.find(Uint8Array.of(110), 0, 1, 7)).toBe(MISSING);
  });

  it('are not remembered where they are too long', () => {
    const known = new ByteNames();
    const long = new Uint8Array(1000);
    known.add(long, 0, 257, 1, 5);
    known.add(long, 0, 256, 1, 6);
    expect(known.find(long, 0, 257, 1)).toBe(MISSING);
    expect(known.find(long, 0, 256, 1)).toBe(6);
  });
});
