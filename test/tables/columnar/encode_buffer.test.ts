import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FullColumns } from '../../../src/engine/columns.js';
import { NO_TOKEN } from '../../../src/kernel/world.js';
import type { OutputCells } from '../../../src/tables/columnar/output_column.js';
import { VerdictCells } from '../../../src/tables/columnar/verdict_columns.js';
import type { RequestChunk } from '../../../src/tables/request_table.js';
import { cases } from '../../cases.js';
import { VerdictCellsByRow } from '../oracle/verdict_cells.js';
import { smallWorld } from '../small_world.js';

const world = smallWorld();

/** Values of a column by row: null for an empty cell; bits past the last row do not matter. */
function valuesOf({ data, valid, empty }: OutputCells, rows: number): (number | bigint | null)[] {
  const values = [...(data as Iterable<number | bigint>)].slice(0, rows);
  return values.map((value, row) =>
    empty > 0 && ((valid[row >> 3] as number) & (1 << (row & 7))) === 0 ? null : value,
  );
}

/** Names in place of numbers, so that the order in which names were added does not matter. */
function textsOf(cells: readonly OutputCells[], names: readonly (readonly string[] | undefined)[], rows: number) {
  return cells.map((column, i) =>
    valuesOf(column, rows).map((value) => (value === null ? null : (names[i]?.[Number(value)] ?? String(value)))),
  );
}

const byte = fc.integer({ min: 0, max: 255 });
const columnsOf = (rows: number): fc.Arbitrary<FullColumns> => {
  const of = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { minLength: rows, maxLength: rows });
  return fc
    .record({
      task: of(fc.nat(world.tasks.length - 1)),
      token: of(fc.oneof(fc.nat(world.tokens.length - 1), fc.constant(NO_TOKEN))),
      cmd: of(fc.oneof(fc.nat(63), byte)),
      type: of(fc.oneof(fc.nat(63), byte)),
      attachType: of(fc.oneof(fc.nat(63), byte)),
      insnCnt: of(fc.nat(0xffff_ffff)),
      pre: of(fc.nat(4)),
    })
    .map(({ task, token, cmd, type, attachType, insnCnt, pre }) => ({
      task: Uint16Array.from(task),
      token: Uint16Array.from(token),
      cmd: Uint8Array.from(cmd),
      type: Uint8Array.from(type),
      attachType: Uint8Array.from(attachType),
      insnCnt: Uint32Array.from(insnCnt),
      pre: Uint8Array.from(pre),
    }));
};

const chunk = fc.nat(70).chain((rows) =>
  fc.record({
    columns: columnsOf(rows),
    verdicts: fc.uint8Array({ minLength: rows, maxLength: rows }),
    firstRow: fc.oneof(fc.nat(100), fc.constant(2 ** 32 - 20), fc.constant(2 ** 40)),
    hasLines: fc.boolean(),
    bad: fc.array(
      fc.tuple(fc.nat(Math.max(rows - 1, 0)), fc.array(fc.constantFrom('', 'x', 'root', '12', 'ä'), { maxLength: 8 })),
      {
        maxLength: rows > 0 ? 4 : 0,
      },
    ),
  }),
);

test.each(['none', 'any'] as const)('cells are those made row by row, in the fewest bytes (%s added)', (added) => {
  fc.assert(
    fc.property(fc.array(chunk, { minLength: 1, maxLength: 4 }), (chunks) => {
      const byRow = new VerdictCellsByRow(world);
      const cells = new VerdictCells(world, added);
      const names = [byRow.names, cells.names].map((of) => of.map((list) => list && ([] as string[])));
      for (const { columns, verdicts, firstRow, hasLines, bad } of chunks) {
        const rows = verdicts.length;
        const given: RequestChunk = {
          columns,
          rows,
          firstRow,
          ...(hasLines ? { lines: Uint32Array.from({ length: rows }, (_, row) => row + 2) } : {}),
          bad: new Map(added === 'none' ? [] : bad),
        };
        const part = cells.partOf(given, verdicts);
        const sides = [byRow.of(given, verdicts), part.rows === 0 ? [] : cells.of(part)];
        const [expected, made] = sides.map((all, side) => {
          for (const [i, list] of (side === 0 ? byRow : cells).names.entries()) {
            names[side]?.[i]?.push(...(list?.take() ?? []));
          }
          return textsOf(all, names[side] ?? [], rows);
        });
        if (rows === 0) continue;
        expect(made).toEqual(expected);
        sides[1]?.forEach(({ empty }, i) => {
          expect([i, empty]).toEqual([i, made?.[i]?.filter((value) => value === null).length]);
        });
      }
    }),
    { numRuns: cases(150, 2000) },
  );
});
