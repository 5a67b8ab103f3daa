import { describe, expect, test } from 'vitest';
import type { ReplayOptions } from '../../src/conformance/replay.js';
import { DEFAULT_IMPLEMENTATIONS, type Implementations } from '../../src/differential/implementations.js';
import { NO_TOKEN } from '../../src/kernel/world.js';
import { switched, WRONG_RULES, WRONG_SIDES } from './broken_implementations.js';
import { CASES } from './cases.js';
import { replay } from './records.js';

const RECORDS = Object.entries(CASES).map(([name, record]) => ({ ...record, case: name }));

/** The names of the cases that show it. */
function caught(options: ReplayOptions): string[] {
  return replay(RECORDS, options).first.map(({ compared }) => compared.record.case);
}

test('nothing is wrong with the model as it is', () => {
  expect(replay(RECORDS)).toMatchObject({ cases: RECORDS.length, disagreed: 0 });
});

describe('a rule that is wrong is caught by the case that shows it', () => {
  test.each(WRONG_RULES)('%s: %s', (rule, value, shows) => {
    expect(caught(switched(rule, value))).toContain(shows);
  });

  test.each(WRONG_SIDES)('%s', (_why, implementations, shows) => {
    const names = caught({ implementations });
    expect(names).toContain(shows);
    expect(names.length).toBeLessThan(RECORDS.length);
  });
});

test('a hot path that differs from the model is caught even where the model is right', () => {
  const implementations: Implementations = {
    ...DEFAULT_IMPLEMENTATIONS,
    engine: (world) => {
      const fast = DEFAULT_IMPLEMENTATIONS.engine(world);
      return {
        decideRequest: (request) => fast.decideRequest({ ...request, token: NO_TOKEN }),
        decideIds: (...ids) => fast.decideIds(...ids),
        decideBatch: (columns, out) => fast.decideBatch(columns, out),
        replaceWorld: (next) => fast.replaceWorld(next),
      };
    },
  };
  const stats = replay(RECORDS, { implementations });
  expect(stats.disagreed).toBeGreaterThan(0);
  const [first] = stats.first;
  expect(first?.compared.differences).toEqual([]);
  expect(first?.compared.wasm?.request).not.toBe(first?.compared.model);
  expect(first?.compared.wasm?.batch).toBe(first?.compared.model);
});
