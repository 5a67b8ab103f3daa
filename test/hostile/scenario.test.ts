import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/parse_scenario.js';

/** A scenario of tasks that each have the same capabilities as another one. */
function withAliases(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, i) => `  a${i}: { caps: &c${i} [CAP_BPF] }\n  b${i}: { caps: *c${i} }\n`,
  );
  return `profile: linux-6.12\ntasks:\n${lines.join('')}`;
}

test('aliases mean what stands before them, and a thousand of them are enough', () => {
  const { tasks } = parseScenario(withAliases(1000), 's').world;
  expect(tasks).toHaveLength(2000);
  expect(new Set(tasks.map(({ effective }) => effective))).toHaveProperty('size', 1);
  expect(() => parseScenario(withAliases(1001), 's')).toThrow('s:2004:18: more than 1000 aliases');
  const again = 'profile: linux-6.12\ntasks:\n  a: { caps: &c [CAP_BPF] }\n  b: { caps: &c [] }\n  d: { caps: *c }\n';
  expect(parseScenario(again, 's').world.tasks.map(({ effective }) => effective !== 0n)).toEqual([true, false, false]);
});
