import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Outcome } from '../../src/abi/verdict.js';
import { evaluateWithCause } from '../../src/explain/evaluate.js';
import { explain } from '../../src/explain/explain.js';
import { applyRemedy } from '../../src/explain/remedy.js';
import { describeRemedy } from '../../src/report/remedy_text.js';
import { parseScenario, ScenarioError } from '../../src/scenario/parse_scenario.js';
import { scenarioText } from '../../src/scenario/write_scenario.js';

const EXAMPLE = readFileSync(new URL('../../examples/selinux.yaml', import.meta.url), 'utf8');
const scenario = parseScenario(EXAMPLE);

function problems(text: string): readonly string[] {
  try {
    return parseScenario(text).warnings.map(({ line, message }) => `${line}: warning: ${message}`);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.diagnostics.map(({ line, message }) => `${line}: ${message}`);
  }
}

const head = (selinux: string) => `profile: linux-7.3\nlsm: {selinux: ${selinux}}\ntasks: {a: {domain: a_t}}\n`;

test('domains are numbered, rules are between them', () => {
  const { selinux, tasks, bpffs, tokens } = scenario.world;
  expect(selinux?.domains).toEqual(['unconfined_t', 'manager_t', 'agent_t', 'collector_t']);
  expect([
    tasks.map(({ domain }) => domain),
    bpffs.map(({ domain }) => domain),
    tokens.map(({ grantor }) => grantor),
  ]).toEqual([[2, 3], [1, 1], [1]]);
});

test.each<[string, readonly string[]]>([
  [head('{bpf_token_perms: true}'), []],
  [head('{}'), ['2: lsm.selinux.bpf_token_perms is missing: expected true or false']],
  [
    head('{bpf_token_perms: yes please, rules: []}'),
    ['2: lsm.selinux.bpf_token_perms is "yes please": expected true or false'],
  ],
  [
    head("{bpf_token_perms: true, rules: ['allow a_t self:bpf map_crate;']}"),
    ['2: SELinux rule 1: unknown permission of bpf "map_crate"; did you mean "map_create"?'],
  ],
  [
    head("{bpf_token_perms: true, rules: ['allow b_t a_t:bpf map_create;']}"),
    ['2: warning: SELinux rule 1: no task and no bpffs is of domain "b_t"; did you mean "a_t"?'],
  ],
  [
    'profile: linux-7.3\ntasks: {a: {domain: a_t}}\n',
    [
      '2: task a: domain is "a_t", and the scenario has no SELinux: add lsm: {selinux: {bpf_token_perms: true, rules: []}}',
    ],
  ],
])('%j', (text, expected) => {
  expect(problems(text)).toEqual(expected);
});

test('a token that the policy refuses is a mistake in the file', () => {
  const text = EXAMPLE.replace('creator: agent }', 'creator: collector }');
  const refused = /token token cannot be made: EACCES: SELinux does not allow collector_t manager_t:bpf prog_load_as/;
  expect(problems(text)).toEqual([expect.stringMatching(refused)]);
  // Less is delegated by the other bpffs.
  expect(problems(text.replace('token: { bpffs: fs', 'token: { bpffs: maps-fs'))).not.toContainEqual(
    expect.stringMatching(/cannot be made/),
  );
});

test('allow rules are advised, and each helps', () => {
  const advised = scenario.requests.flatMap(({ request }) => {
    const given = { world: scenario.world, request };
    const { advice, verdict } = explain(given);
    if (verdict.allowed) return [];
    if (!advice.possible) throw new Error(advice.why);
    const texts: string[] = [];
    let current: Parameters<typeof applyRemedy>[0] = given;
    for (const change of advice.changes) {
      const { what, note } = describeRemedy(current, change);
      texts.push(note === undefined ? what : `${what} (${note})`);
      expect(evaluateWithCause(current).verdict.allowed).toBe(false);
      current = applyRemedy(current, change);
    }
    expect(evaluateWithCause(current).verdict.allowed).toBe(true);
    return [texts];
  });
  expect(advised).toEqual([
    [
      'add to the policy: allow collector_t manager_t:bpf prog_load_as; ' +
        '(it is asked because prog_load is delegated: a bpffs that does not delegate it needs no such rule)',
    ],
    [
      'add to the policy: allow manager_t collector_t:bpf prog_load;',
      'add to the policy: allow collector_t self:bpf prog_run;',
    ],
    [
      'add to the policy: allow collector_t manager_t:cap2_userns perfmon;',
      'add to the policy: allow manager_t collector_t:bpf prog_load;',
      'add to the policy: allow collector_t self:bpf prog_run;',
    ],
  ]);
});

test('a world with SELinux is written as a scenario that says the same', () => {
  const asked = scenario.requests.map(({ request }) => request).filter(({ bpffs }) => bpffs === undefined);
  const { text, caveats } = scenarioText(scenario.world, asked);
  expect(caveats).toEqual([]);
  const read = parseScenario(text);
  expect(read.requests.map(({ expect: expected }) => expected?.outcome)).toContain(Outcome.CREATE_LSM_REFUSED);
  expect(read.world.selinux?.rules).toHaveLength(scenario.world.selinux?.rules.length ?? 0);
});
