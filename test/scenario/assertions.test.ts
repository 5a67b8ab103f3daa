import { expect, test } from 'vitest';
import { parseScenario, ScenarioError } from '../../src/scenario/parse_scenario.js';

const scenario = (assertions: string) => `profile: linux-6.12\ntasks: { a: {} }\nassertions:\n${assertions}`;

/** What is wrong with some assertions, from line 4 on. */
function problemsOf(assertions: string): readonly string[] {
  try {
    parseScenario(scenario(assertions));
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.diagnostics.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
}

test('assertions are read with their places', () => {
  const text = scenario('  - { name: n, who_can: btf_load, tasks: [a] }\n  - what_can: task=a\n    at_most: []\n');
  expect(parseScenario(text).assertions).toEqual([
    {
      name: 'n',
      assertion: { kind: 'who_can', pattern: 'btf_load', tasks: ['a'] },
      patternAt: { line: 4, column: 25 },
      line: 4,
      column: 5,
    },
    {
      assertion: { kind: 'what_can', pattern: 'task=a', bound: 'at_most', requests: [] },
      patternAt: { line: 5, column: 15 },
      line: 5,
      column: 5,
    },
  ]);
});

test.each([
  [
    '  - never: prog_lod',
    '4:12: assertion 1: the pattern "prog_lod", column 1: linux-6.12 has no command "prog_lod"; did you mean "prog_load"?',
  ],
  ['  - who_can: prog_load', '4:5: assertion 1: who_can needs tasks, as in tasks: [agent]'],
  [
    '  - what_can: task=a',
    "4:5: assertion 1: what_can needs exactly or at_most, as in exactly: ['map_create map_type=hash']",
  ],
  ['  - { who_can: btf_load, tasks: [b] }', '4:34: unknown task "b"; expected one of a'],
  [
    '  - { what_can: task=a, exactly: [], at_most: [] }',
    '4:38: assertion 1: exactly and at_most are two assertions: one entry each',
  ],
  [
    '  - { always: btf_load, never: btf_load }',
    '4:7: assertion 1: never and always are two assertions: one entry each',
  ],
  ['  - { name: z }', '4:5: assertion 1: says nothing of requests; expected one of never, always, who_can, what_can'],
  ['  - { never: btf_load, tasks: [a] }', '4:24: assertion 1: tasks means nothing to never'],
  ['  - nevr: btf_load', '4:5: assertion 1: unknown key "nevr" in assertions[0]; did you mean "never"?'],
  ['  - { who_can: task=a btf_load, tasks: [b] }', '4:41: unknown task "b"; expected one of a'],
  [
    "  - never: ''",
    '4:12: assertion 1: the pattern "", column 1: it is empty; one that means every request has a task, as in task=*',
  ],
  [
    '  - never: constructor=x',
    '4:12: assertion 1: the pattern "constructor=x", column 1: unknown key "constructor"; expected one of task, token, bpffs, cmd, map_type, prog_type, expected_attach_type',
  ],
  [
    '  - { what_can: map_create, at_most: [prog_load] }',
    '4:39: assertion 1: the pattern "prog_load", column 1: no request of "map_create" fits it',
  ],
])('%s', (assertion, problem) => {
  expect(problemsOf(assertion)).toEqual([problem]);
});
