import { expect, test } from 'vitest';
import { allowRuleTexts, PolicyBuilder, readAllowRule, type WrittenRule } from '../../src/names/allow_rule.js';

test.each([
  ['allow a_t b_t:bpf map_create;', ['a_t'], ['b_t'], ['bpf'], ['map_create']],
  ['  allow a_t self : cap2_userns { bpf perfmon }', ['a_t'], ['self'], ['cap2_userns'], ['bpf', 'perfmon']],
  [
    'allow { a_t b_t } { self c_t }:{ cap_userns capability } sys_admin;',
    ['a_t', 'b_t'],
    ['self', 'c_t'],
    ['cap_userns', 'capability'],
    ['sys_admin'],
  ],
])('%s', (text, sources, targets, classes, permissions) => {
  expect(readAllowRule(text)).toEqual({ sources, targets, classes, permissions });
});

test.each([
  [
    'deny a_t b_t:bpf map_create;',
    /^"deny a_t .*" is no allow rule: expected a rule of a policy, as in 'allow agent_t/,
  ],
  ['allow a_t b_t:bpf { };', /is no allow rule/],
  ['allow a_t b_t:bpf map_create; allow', /is no allow rule/],
  ['allow a_t b_t:bfp map_create;', /^unknown class "bfp"; did you mean "bpf"\?$/],
  ['allow a_t b_t:bpf map_creat;', /^unknown permission of bpf "map_creat"; did you mean "map_create"\?$/],
  ['allow a_t b_t:cap_userns perfmon;', /^unknown permission of cap_userns "perfmon"/],
])('%s is refused', (text, message) => {
  expect(readAllowRule(text)).toMatchObject({ message: expect.stringMatching(message) });
});

test('what is written of a policy is read back', () => {
  const read = (texts: readonly string[]) => {
    const builder = new PolicyBuilder();
    for (const text of texts) builder.add(readAllowRule(text) as WrittenRule);
    return builder.spec(true);
  };
  const spec = read([
    'allow { a_t b_t } self:bpf { map_create prog_run };',
    'allow a_t b_t:{ cap_userns capability } { net_admin sys_admin };',
  ]);
  expect(spec.domains).toEqual(['unconfined_t', 'a_t', 'b_t']);
  expect(spec.rules).toHaveLength(8);
  expect(read(allowRuleTexts(spec))).toEqual(spec);
});
