import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WORKSPACES_START } from '../../src/abi/memory_layout.js';
import { type Columns, createColumns, type FullColumns, setRow } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { attachEvaluator, shareEvaluator } from '../../src/engine/share.js';
import { ColumnLengthError, ColumnMemoryError } from '../../src/errors.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { smallWorld } from '../tables/small_world.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const NAMES = ['task', 'token', 'cmd', 'type', 'attachType', 'insnCnt', 'pre'] as const;
const BYTE_COLUMNS = ['cmd', 'type', 'attachType', 'pre'] as const;

function randomColumns(rows: number, columns: FullColumns = createColumns(rows)): FullColumns {
  const random = new RandomSource(rows);
  for (let row = 0; row < rows; row++) setRow(columns, row, randomRequest(world, random));
  return columns;
}

function verdictsOf(columns: Columns): Uint8Array {
  const out = new Uint8Array(columns.task.length);
  evaluator.decideBatch(columns, out);
  return out;
}

/** What was thrown, and that it left the bytes as they were. */
function refusal(bytes: Uint8Array, call: () => void): unknown {
  const before = bytes.slice();
  try {
    call();
  } catch (error) {
    expect(Buffer.compare(bytes, before), 'nothing is written').toBe(0);
    return error;
  }
  return 'nothing was thrown';
}

describe('verdicts written over a column that is still read', () => {
  test.each(BYTE_COLUMNS)('out is the resident column %s', (name) => {
    for (const rows of [1, 16, 1000, 20_000]) {
      const columns = randomColumns(rows, evaluator.createColumns(rows));
      const error = refusal(columns[name], () => evaluator.decideBatch(columns, columns[name]));
      expect(error).toBeInstanceOf(ColumnMemoryError);
      expect(error).toMatchObject({
        code: 'COLUMN_MEMORY',
        column: 'out',
        message: `out must not overlap a column; it overlaps ${name}`,
      });
    }
  });

  test.each(NAMES)('out lies somewhere over the column %s, which may be resident', (name) => {
    const rows = 9000;
    for (const resident of [true, false]) {
      const columns = randomColumns(rows, resident ? evaluator.createColumns(rows) : createColumns(rows));
      const { buffer, byteOffset, byteLength } = columns[name];
      for (const at of [0, 1, byteLength - 1, byteLength - rows]) {
        if (byteOffset + at + rows > buffer.byteLength) continue;
        const out = new Uint8Array(buffer, byteOffset + at, rows);
        expect(refusal(out, () => evaluator.decideBatch(columns, out))).toMatchObject({ code: 'COLUMN_MEMORY' });
      }
    }
  });

  test.each([ArrayBuffer, SharedArrayBuffer])(
    'columns and out anywhere in one %o: refused, or decided right',
    (EnumKind) => {
      const rows = 40;
      const given = randomColumns(rows);
      const workspace = fc.nat(rows * 12);
      fc.assert(
        fc.property(fc.tuple(workspace, workspace, workspace), ([cmdAt, typeAt, outAt]) => {
          const bytes = new Uint8Array(new EnumKind(rows * 13));
          const cmd = bytes.subarray(cmdAt, cmdAt + rows);
          const type = bytes.subarray(typeAt, typeAt + rows);
          const out = bytes.subarray(outAt, outAt + rows);
          cmd.set(given.cmd);
          type.set(given.type);
          const columns = { ...given, cmd, type };
          const isOver = [cmdAt, typeAt].some((at) => Math.abs(at - outAt) < rows);
          if (isOver) {
            const error = refusal(bytes, () => evaluator.decideBatch(columns, out));
            expect(error).toMatchObject({ code: 'COLUMN_MEMORY', column: 'out' });
          } else {
            const expected = verdictsOf({ ...given, cmd: cmd.slice(), type: type.slice() });
            evaluator.decideBatch(columns, out);
            expect(out).toEqual(expected);
          }
        }),
        { numRuns: 200 },
      );
    },
  );
});

test('columns may share memory with each other: they are only read', () => {
  for (const rows of [5, 64, 20_000]) {
    const plain = randomColumns(rows);
    const resident = randomColumns(rows, evaluator.createColumns(rows));
    for (const columns of [plain, resident]) {
      const aliased = { ...columns, type: columns.cmd, pre: columns.attachType, token: columns.task };
      const expected = verdictsOf({
        ...plain,
        type: plain.cmd.slice(),
        pre: plain.attachType.slice(),
        token: plain.task.slice(),
      });
      const out = columns === resident ? evaluator.createVerdicts(rows) : new Uint8Array(rows);
      evaluator.decideBatch(aliased, out);
      expect(Buffer.compare(out, expected)).toBe(0);
    }
  }
});

describe('views of an evaluator’s tables', () => {
  const rows = 300;
  const attached = attachEvaluator(shareEvaluator(evaluator));
  const other = createEvaluator(world);
  const otherColumns = other.createColumns(rows);
  const first = evaluator.createColumns(rows).task.buffer;
  const buffers = [
    shareEvaluator(evaluator).memory.buffer,
    first,
    evaluator.createColumns(rows).task.buffer,
    shareEvaluator(other).memory.buffer,
    otherColumns.task.buffer,
  ];

  test.each([0, 65_536, WORKSPACES_START, WORKSPACES_START + 32_896])(
    'at %i are neither written nor read as columns',
    (at) => {
      for (const buffer of buffers) {
        const view = new Uint8Array(buffer, at, rows);
        for (const decider of [evaluator, attached, other]) {
          const asOut = refusal(view, () => decider.decideBatch(randomColumns(rows), view));
          expect(asOut).toMatchObject({
            code: 'COLUMN_MEMORY',
            column: 'out',
            message: expect.stringMatching(/tables/),
          });
          const columns = { ...randomColumns(rows), type: view };
          const asColumn = refusal(view, () => decider.decideBatch(columns, new Uint8Array(rows)));
          expect(asColumn).toMatchObject({ code: 'COLUMN_MEMORY', column: 'type' });
        }
      }
    },
  );

  test('are no views of resident columns, which are decided wherever they were made', () => {
    const columns = randomColumns(rows, otherColumns);
    const expected = verdictsOf(randomColumns(rows));
    const part = (at: Uint8Array): Uint8Array => new Uint8Array(at.buffer, at.byteOffset, rows);
    const out = part(other.createVerdicts(rows));
    for (const decider of [evaluator, attached, other]) {
      decider.decideBatch({ ...columns, cmd: part(columns.cmd) }, out.fill(0));
      expect(out).toEqual(expected);
    }
  });
});

describe('buffers whose size changes', () => {
  const rows = 50;
  const given = randomColumns(rows);
  type Resizable = ArrayBuffer & { resize(bytes: number): void };
  const makeResizable = (bytes: number): Resizable =>
    new (ArrayBuffer as unknown as new (bytes: number, options: object) => Resizable)(bytes, {
      maxByteLength: 4 * bytes,
    });

  test('a view that tracks its buffer has as many rows as it has now', () => {
    const buffer = makeResizable(rows);
    const cmd = new Uint8Array(buffer);
    cmd.set(given.cmd);
    expect(verdictsOf({ ...given, cmd })).toEqual(verdictsOf(given));
    buffer.resize(rows + 1);
    expect(() => verdictsOf({ ...given, cmd })).toThrow(ColumnLengthError);
    buffer.resize(rows - 1);
    expect(() => verdictsOf({ ...given, cmd })).toThrow(`column cmd has ${rows - 1} rows, out has ${rows}`);
  });

  test('a view that its buffer no longer has room for has none', () => {
    const buffer = makeResizable(rows);
    const cmd = new Uint8Array(buffer, 0, rows);
    buffer.resize(rows - 1);
    expect(() => verdictsOf({ ...given, cmd })).toThrow(`column cmd has 0 rows, out has ${rows}`);
    expect(() => evaluator.decideBatch(given, cmd)).toThrow(`column task has ${rows} rows, out has 0`);
  });

  test('a column that was transferred has none', () => {
    const { task } = randomColumns(rows);
    structuredClone(task, { transfer: [task.buffer as ArrayBuffer] });
    expect(() => evaluator.decideBatch({ ...given, task }, new Uint8Array(rows))).toThrow(
      `column task has 0 rows, out has ${rows}`,
    );
  });
});
