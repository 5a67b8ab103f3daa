import { expect, test } from 'vitest';
import { createColumns, type FullColumns, setRow } from '../../src/engine/columns.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import { shareEvaluator } from '../../src/engine/share.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { cases } from '../cases.js';

const ROWS = 20_001;

/** Requests, half of them in runs, in columns of each kind, and what they get. */
function given(seed: number, rows = ROWS) {
  const world = randomWorld(new RandomSource(seed));
  const random = new RandomSource(seed ^ 0xc33);
  const columns = createColumns(rows);
  for (let row = 0; row < rows; ) {
    const { task, token } = randomRequest(world, random);
    const stop = Math.min(row + (random.chance(50) ? 1 : 1 + random.below(1500)), rows);
    for (; row < stop; row++) setRow(columns, row, { ...randomRequest(world, random), task, token });
  }
  const evaluator = createEvaluator(world);
  const expected = new Uint8Array(rows);
  evaluator.decideBatch(columns, expected);
  return { world, evaluator, columns, expected };
}

function moveIn(evaluator: Evaluator, columns: FullColumns): FullColumns {
  const resident = evaluator.createColumns(columns.task.length);
  for (const name of Object.keys(columns) as (keyof FullColumns)[]) resident[name].set(columns[name]);
  return resident;
}

test('a batch in the evaluator’s memory gets what it gets elsewhere', () => {
  for (let seed = 1; seed <= cases(4, 12); seed++) {
    for (const rows of [ROWS, 0, 1, 15, 16, 17, 255, 256, 257, 511, 512, 513]) {
      const { evaluator, columns, expected } = given(seed, rows);
      const out = evaluator.createVerdicts(rows).fill(0xee);
      evaluator.decideBatch(moveIn(evaluator, columns), out);
      expect(out, `seed ${seed}, ${rows} rows`).toEqual(expected);
    }
  }
});

test('columns it need not have may be left out there too, and any part may lie elsewhere', () => {
  const { evaluator, columns, expected } = given(40);
  const resident = moveIn(evaluator, columns);
  const out = evaluator.createVerdicts(ROWS);
  const { insnCnt: _counts, pre: _faults, ...few } = columns;
  const plain = new Uint8Array(ROWS);
  evaluator.decideBatch(few, plain);
  expect(plain).not.toEqual(expected);
  const { insnCnt: _others, pre: _more, ...residentFew } = resident;
  evaluator.decideBatch(residentFew, out);
  expect(out).toEqual(plain);
  for (const mixed of [
    { ...resident, task: columns.task },
    { ...columns, pre: resident.pre },
  ]) {
    evaluator.decideBatch(mixed, out.fill(0));
    expect(out).toEqual(expected);
  }
  evaluator.decideBatch(resident, plain.fill(0));
  expect(plain).toEqual(expected);
});

test('a view of a part is decided as that part, and nothing beside it is written', () => {
  const { evaluator, columns, expected } = given(41);
  const resident = moveIn(evaluator, columns);
  const out = evaluator.createVerdicts(ROWS).fill(0xee);
  const part = Object.fromEntries(Object.entries(resident).map(([name, column]) => [name, column.subarray(100, 1000)]));
  evaluator.decideBatch(part as unknown as FullColumns, out.subarray(100, 1000));
  expect(out.subarray(100, 1000)).toEqual(expected.subarray(100, 1000));
  expect(new Set([...out.subarray(0, 100), ...out.subarray(1000)])).toEqual(new Set([0xee]));
});

test('memory that grows leaves what was made before where it was', () => {
  const { evaluator, columns, expected } = given(42);
  const first = moveIn(evaluator, columns);
  const out = evaluator.createVerdicts(ROWS);
  const second = moveIn(evaluator, columns);
  second.task.fill(0xfffe);
  evaluator.decideBatch(first, out);
  expect(out).toEqual(expected);
  expect(first.task).toEqual(columns.task);
});

test('columns in another evaluator’s memory are copied as any others', () => {
  const { world, evaluator, columns, expected } = given(43);
  const other = createEvaluator(world);
  const out = evaluator.createVerdicts(ROWS);
  evaluator.decideBatch(moveIn(other, columns), out);
  expect(out).toEqual(expected);
});

test('more than the memory can hold is refused, and what is there stays usable', () => {
  const { evaluator, columns, expected } = given(44);
  for (const make of ['createVerdicts', 'createColumns'] as const) {
    const grown = shareEvaluator(evaluator).memory.buffer.byteLength;
    expect(() => evaluator[make](2 ** 32 - 1)).toThrow(/^4294967295 rows need .* bytes; .* memory can grow by/);
    expect(shareEvaluator(evaluator).memory.buffer.byteLength, 'all columns or none').toBe(grown);
  }
  const out = new Uint8Array(ROWS);
  evaluator.decideBatch(columns, out);
  expect(out).toEqual(expected);
});
