import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RULE_NAMES } from '../../src/kernel/profile.js';
import { scenarioJsonSchema } from '../../src/scenario/json_schema.js';

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly anyOf?: readonly Node[];
  readonly items?: Node;
}

const schema = scenarioJsonSchema() as Node;

/** Every named property, by path. */
function properties(node: Node, path: string): [string, Node][] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, inner]): [string, Node][] => [
    [`${path}.${name}`, inner],
    ...properties(inner, `${path}.${name}`),
  ]);
  const inner = [...(node.anyOf ?? []), node.items, node.additionalProperties].filter((n) => typeof n === 'object');
  return [...own, ...inner.flatMap((n) => properties(n, path))];
}

test('the committed schema is the one the code makes (npm run build:schema)', () => {
  const committed = readFileSync(new URL('../../schema/scenario.schema.json', import.meta.url), 'utf8');
  expect(committed).toBe(`${JSON.stringify(schema, null, 2)}\n`);
});

test('every key has a description for editors to show', () => {
  const all = properties(schema, '');
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter(([, { description }]) => !description).map(([path]) => path)).toEqual([]);
});

test('every rule of the model can be switched', () => {
  const rules = properties(schema, '').filter(([path]) => path.startsWith('.profile.rules.'));
  expect(rules.map(([path]) => path.split('.').at(-1))).toEqual([...RULE_NAMES]);
});
