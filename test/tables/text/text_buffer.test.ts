import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FullColumns } from '../../../src/engine/columns.js';
import { createMemory } from '../../../src/engine/wasm.js';
import { NO_TOKEN } from '../../../src/kernel/world.js';
import type { RequestChunk } from '../../../src/tables/request_table.js';
import { TextPartEncoder } from '../../../src/tables/text/part_encoder.js';
import { verdictFragments } from '../../../src/tables/text/row_fragments.js';
import { cases } from '../../cases.js';
import { anyColumns } from '../any_columns.js';
import { VerdictRowsByRow } from '../oracle/verdict_rows.js';
import { smallWorld } from '../small_world.js';

const world = smallWorld();

const chunk = fc.nat(60).chain((rows) => {
  return fc.record({
    // Ids that the world does not have are written as numbers.
    columns: anyColumns(rows, {
      task: fc.oneof(fc.nat(world.tasks.length), fc.nat(0xffff)),
      token: fc.oneof(fc.nat(world.tokens.length), fc.constant(NO_TOKEN), fc.nat(0xffff)),
    }),
    verdicts: fc.uint8Array({ minLength: rows, maxLength: rows }),
    firstRow: fc.oneof(fc.nat(100), fc.constantFrom(0, 8, 98, 99_990, 2 ** 32 - 20, 10 ** 15 - 30)),
    lines: fc.option(fc.array(fc.oneof(fc.nat(0xffff_ffff), fc.nat(120)), { minLength: rows, maxLength: rows }), {
      nil: undefined,
    }),
    bad: fc.array(
      fc.tuple(
        fc.nat(Math.max(rows - 1, 0)),
        fc.array(fc.constantFrom('', 'x', 'a,"b"\n', 'ä'.repeat(400)), { maxLength: 8 }),
      ),
      { maxLength: rows > 0 ? 5 : 0 },
    ),
  });
});

const encoderOf = (of: typeof world, format: 'csv' | 'ndjson') =>
  new TextPartEncoder(createMemory(true), verdictFragments(of, format));

test.each(['csv', 'ndjson'] as const)(
  '%s rows that are written many at a time are those written one by one',
  (format) => {
    const fragments = verdictFragments(world, format);
    const [rows, byRow] = [encoderOf(world, format), new VerdictRowsByRow(world, format)];
    expect(fragments.header).toBe(byRow.header);
    fc.assert(
      fc.property(chunk, ({ columns, verdicts, firstRow, lines, bad }) => {
        const given: RequestChunk = {
          columns,
          rows: verdicts.length,
          firstRow,
          ...(lines ? { lines: Uint32Array.from(lines) } : {}),
          bad: new Map(bad),
        };
        rows.add(given, verdicts);
        const made = rows.take().map(({ bytes }) => Buffer.from(bytes).toString());
        expect(made.join('')).toBe(Buffer.from(byRow.rows(given, verdicts)).toString());
      }),
      { numRuns: cases(300, 3000) },
    );
  },
);

test('rows that fill the memory several times are all written', () => {
  const long = { ...world, tasks: [{ ...world.tasks[0], name: 'a'.repeat(900) }] } as typeof world;
  const rows = 40_000;
  const columns: FullColumns = {
    task: new Uint16Array(rows),
    token: new Uint16Array(rows).fill(NO_TOKEN),
    cmd: new Uint8Array(rows),
    type: new Uint8Array(rows),
    attachType: new Uint8Array(rows),
    insnCnt: new Uint32Array(rows),
    pre: new Uint8Array(rows),
  };
  const given: RequestChunk = { columns, rows, firstRow: 0, bad: new Map([[33_000, ['x']]]) };
  const encoder = encoderOf(long, 'csv');
  encoder.add(given, new Uint8Array(rows));
  const [made] = encoder.take();
  const expected = new VerdictRowsByRow(long, 'csv').rows(given, new Uint8Array(rows));
  expect(made?.bytes.length).toBeGreaterThan(403 * 65_536);
  expect(Buffer.from(made?.bytes ?? []).equals(expected)).toBe(true);
});
