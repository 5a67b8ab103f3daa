import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseScenario, ScenarioError } from '../../src/scenario/parse_scenario.js';
import { MORE_MISTAKES, ONE_MISTAKE } from './bad_scenarios.js';

/** Sections of golden/errors.txt: `== name`, then the message. */
const golden = new Map(
  readFileSync(new URL('golden/errors.txt', import.meta.url), 'utf8')
    .split(/^== /m)
    .slice(1)
    .map((section) => {
      const [name, ...lines] = section.trimEnd().split('\n');
      return [name as string, lines.join('\n')] as const;
    }),
);

function errorOf(text: string): ScenarioError {
  try {
    parseScenario(text, 'f.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('the scenario was taken');
}

describe('what a person is told of one mistake', () => {
  test.each(Object.entries(ONE_MISTAKE))('%s', (name, text) => {
    const error = errorOf(text);
    expect(error.message).toBe(golden.get(name));
    expect(error.diagnostics).toHaveLength(1);
  });
});

describe('what a person is told of more', () => {
  test.each(Object.entries(MORE_MISTAKES))('%s', (name, text) => {
    const error = errorOf(text);
    expect(error.message).toBe(golden.get(name));
    expect(error.diagnostics.length).toBeGreaterThan(1);
  });
});

test('every golden text belongs to a case', () => {
  expect([...golden.keys()].sort()).toEqual([...Object.keys(ONE_MISTAKE), ...Object.keys(MORE_MISTAKES)].sort());
});

test('problems say what was expected and the nearest name as data too', () => {
  const [diagnostic] = errorOf(ONE_MISTAKE['misspelt program type'] as string).diagnostics;
  expect(diagnostic).toEqual({
    file: 'f.yaml',
    line: 4,
    column: 47,
    message: 'request 1: linux-6.12 has no program type "xpd"; did you mean "xdp"?',
    expected: 'the name or number of a program type',
    nearest: 'xdp',
  });
});

test('all problems are there, though the message shows twenty', () => {
  const error = errorOf(MORE_MISTAKES['more than are shown'] as string);
  expect(error.diagnostics).toHaveLength(23);
  expect(error.message.split('\n')).toHaveLength(21);
});

test('a place is the value itself, whatever stands around it', () => {
  const text = [
    'profile: linux-6.12',
    'tasks: { a: {} }',
    'requests:',
    '  - cmd: prog_load',
    '    task:   a',
    '    prog_type:     "xpd"',
  ];
  for (const newline of ['\n', '\r\n']) {
    expect(errorOf(text.join(newline)).diagnostics).toMatchObject([{ line: 6, column: 20, nearest: 'xdp' }]);
  }
});
