import { describe, expect, test } from 'vitest';
import type { ReplayOptions } from '../../src/conformance/replay.js';
import { REAL_SIDES, type Sides } from '../../src/conformance/sides.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import { CASES } from './cases.js';
import { replay } from './records.js';
import { switched, WRONG_RULES, WRONG_SIDES } from './wrong_sides.js';

const RECORDS = Object.entries(CASES).map(([name, record]) => ({ ...record, case: name }));

/** The names of the cases that show it. */
function caught(options: ReplayOptions): string[] {
  return replay(RECORDS, options).first.map(({ judged }) => judged.record.case);
}

test('nothing is wrong with the model as it is', () => {
  expect(replay(RECORDS)).toMatchObject({ cases: RECORDS.length, disagreed: 0 });
});

describe('a rule that is wrong is caught by the case that shows it', () => {
  test.each(WRONG_RULES)('%s: %s', (rule, value, shows) => {
    expect(caught(switched(rule, value))).toContain(shows);
  });

  test.each(WRONG_SIDES)('%s', (_why, sides, shows) => {
    const names = caught({ sides });
    expect(names).toContain(shows);
    expect(names.length).toBeLessThan(RECORDS.length);
  });
});

test('a hot path that says otherwise than the model is caught even where the model is right', () => {
  const sides: Sides = {
    ...REAL_SIDES,
    fast: (world) => {
      const fast = REAL_SIDES.fast(world);
      return {
        checkRequest: (request) => fast.checkRequest({ ...request, token: NO_TOKEN }),
        checkBatch: (columns, out) => fast.checkBatch(columns, out),
        replaceWorld: (next) => fast.replaceWorld(next),
      };
    },
  };
  const tally = replay(RECORDS, { sides });
  expect(tally.disagreed).toBeGreaterThan(0);
  const [first] = tally.first;
  expect(first?.judged.differences).toEqual([]);
  expect(first?.judged.wasm?.request).not.toBe(first?.judged.model);
  expect(first?.judged.wasm?.batch).toBe(first?.judged.model);
});
