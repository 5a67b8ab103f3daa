import { describe, expect, test } from 'vitest';
import { LAST_TYPE, TYPE_ROWS } from '../../src/abi/memory_layout.js';
import { createColumns, rowOf, setRow } from '../../src/engine/columns.js';
import { Decider } from '../../src/engine/decider.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { type Addresses, addressesOf } from '../../src/engine/resident_columns.js';
import { shareEvaluator } from '../../src/engine/share.js';
import { claimWorkspace } from '../../src/engine/workspaces.js';
import { randomRequest } from '../../src/fuzz/random_request.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { randomWorld } from '../../src/fuzz/random_world.js';
import { NO_TOKEN, type Request, requestOf } from '../../src/kernel/world.js';
import { cases } from '../cases.js';

const WORLDS = cases(40, 150);

/** Everything a request of one task and token can ask, as a table of a run has it: 4,224 requests. */
function everyRequest(progLoad: number, mapCreate: number): Partial<Request>[] {
  const numbers = Array.from({ length: TYPE_ROWS }, (_, number) => number);
  return [
    ...numbers.flatMap((type) => numbers.map((attachType) => ({ cmd: progLoad, type, attachType }))),
    ...numbers.map((type) => ({ cmd: mapCreate, type })),
    ...numbers.map((cmd) => ({ cmd, type: LAST_TYPE, attachType: LAST_TYPE })),
  ];
}

describe('rows of one task and token', () => {
  test(`get what each would alone: everything they can ask, in ${WORLDS} worlds`, () => {
    for (let seed = 1; seed <= WORLDS; seed++) {
      const world = randomWorld(new RandomSource(seed));
      const { vocabulary } = world.profile;
      const random = new RandomSource(seed ^ 0xa11);
      const { task, token } = randomRequest(world, random);
      const asked = everyRequest(vocabulary.require('cmds', 'prog_load'), vocabulary.require('cmds', 'map_create'));
      const columns = createColumns(asked.length);
      const isFaulty = seed % 3 === 0;
      asked.forEach((fields, row) => {
        const { insnCnt, pre } =
          isFaulty && row % 37 === 0 ? randomRequest(world, random) : requestOf({ task, cmd: 0 });
        setRow(columns, row, { ...requestOf({ task, cmd: 0 }), token, ...fields, insnCnt, pre });
      });
      expectAsAlone(world, columns, `seed ${seed}`);
    }
  });

  test('and where runs follow each other, wherever they begin and end', () => {
    for (let seed = 1; seed <= cases(20, 40); seed++) {
      const world = randomWorld(new RandomSource(seed));
      const random = new RandomSource(seed ^ 0xb22);
      const columns = createColumns(20_000);
      for (let row = 0; row < 20_000; ) {
        const { task, token } = randomRequest(world, random);
        // Some too short for a way of their own, some for a table.
        const stop = Math.min(row + 1 + random.below(random.pick([24, 300, 9000])), 20_000);
        for (; row < stop; row++) setRow(columns, row, { ...randomRequest(world, random), task, token });
      }
      expectAsAlone(world, columns, `seed ${seed}`);
    }
  });

  test('write nothing past the rows they are asked of, as another thread may decide those', () => {
    const world = randomWorld(new RandomSource(8));
    const random = new RandomSource(9);
    const evaluator = createEvaluator(world, { memory: 'shared' });
    const { memory } = shareEvaluator(evaluator);
    const rows = 2048;
    const columns = evaluator.createColumns(rows);
    for (let row = 0; row < rows; ) {
      const { task, token } = randomRequest(world, random);
      const stop = Math.min(row + 1 + random.below(70), rows);
      for (; row < stop; row++) setRow(columns, row, { ...randomRequest(world, random), task, token });
    }
    const out = evaluator.createVerdicts(rows);
    evaluator.decideBatch(columns, out);
    const expected = out.slice();
    const decider = new Decider(memory, claimWorkspace(memory));
    const addresses = addressesOf(memory, columns, out) as Addresses;
    for (let i = 0; i < 500; i++) {
      const start = 16 * random.below(100);
      const stop = start + 16 + random.below(300);
      out.fill(0xa5);
      decider.decideResident(addresses, start, stop);
      const wanted = new Uint8Array(rows).fill(0xa5);
      wanted.set(expected.subarray(start, stop), start);
      expect(Buffer.compare(out, wanted), `rows ${start} to ${stop}`).toBe(0);
    }
  });

  test('that does not exist, or without a token', () => {
    const world = randomWorld(new RandomSource(3));
    for (const [task, token] of [
      [world.tasks.length, 0],
      [0xffff, NO_TOKEN],
      [0, world.tokens.length],
      [0, NO_TOKEN],
      [0, 0xfffe],
    ] as const) {
      const columns = createColumns(2000);
      const random = new RandomSource(4);
      for (let row = 0; row < 2000; row++) setRow(columns, row, { ...randomRequest(world, random), task, token });
      expectAsAlone(world, columns, `task ${task}, token ${token}`);
    }
  });
});

function expectAsAlone(
  world: Parameters<typeof createEvaluator>[0],
  columns: ReturnType<typeof createColumns>,
  what: string,
): void {
  const evaluator = createEvaluator(world);
  const batch = new Uint8Array(columns.task.length);
  evaluator.decideBatch(columns, batch);
  const wrong = batch.findIndex((verdict, row) => verdict !== evaluator.decideRequest(rowOf(columns, row)));
  if (wrong === -1) return;
  const request = rowOf(columns, wrong);
  expect({ what, row: wrong, request, verdict: batch[wrong] }).toEqual({
    what,
    row: wrong,
    request,
    verdict: evaluator.decideRequest(request),
  });
}
