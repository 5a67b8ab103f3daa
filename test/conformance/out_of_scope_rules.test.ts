import { expect, test } from 'vitest';
import { ERRNO } from '../../src/abi/errno.js';
import { OUT_OF_SCOPE_RULES, RULES_BY_NAME } from '../../src/conformance/out_of_scope_rules.js';
import { caller, FOUR, outcome, prog, replay, use } from './records.js';

const ROOT = { caller: caller(FOUR, 'init'), token: null, token_fd: 'none' };

test('a later stage is one the table names, for an errno it names', () => {
  const tracing = { ...ROOT, ...prog(26, 24) };
  expect(outcome(use('EINVAL', tracing))).toBe('attach target');
  expect(outcome(use('EBUSY', tracing))).toBe('disagreed');
  expect(outcome(use('EINVAL', { ...ROOT, ...prog(6, 37) }))).toBe('disagreed');
  expect(outcome(use('EINVAL', { ...ROOT, ...prog(20, 36) }))).toBe('missing configuration');
  expect(outcome(use('ENOMEM', ROOT))).toBe('memory');
});

test('nothing is outside the model that the model refuses', () => {
  const nobody = { ...ROOT, caller: caller([]) };
  expect(outcome(use('EINVAL', { ...nobody, ...prog(26, 24) }))).toBe('disagreed');
  expect(outcome(use('ENOMEM', nobody))).toBe('disagreed');
});

test('EPERM is no stage, but for a map that is frozen already, and a path that leads to no bpffs', () => {
  const rules = RULES_BY_NAME.filter(({ errnos }) => errnos.includes(ERRNO.EPERM));
  expect(rules.map(({ cmds }) => cmds)).toEqual([['map_freeze'], ['obj_pin']]);
  expect(OUT_OF_SCOPE_RULES.length).toBeLessThan(12);
});

test('a kernel that loads programs with trampolines for no caller is recognised by its refusals of root', () => {
  const kernel = '6.18.44-custom';
  const load = (type: number, more: object) => use('EPERM', { kernel, ...prog(type, 24), ...more });
  const refused = [load(26, ROOT), load(29, ROOT), load(28, { ...ROOT, token_fd: 'closed' })];
  const [count] = [...replay(refused).families.values()];
  expect(count?.outside).toEqual(new Map([['programs this kernel refuses to everyone', 3]]));
  // One that was let through, and it is no property of the kernel.
  const one = use('ok', { kernel, ...ROOT, ...prog(29, 27) });
  expect(replay([...refused, one]).disagreed).toBe(3);
  // Nor is it where root was refused once, or something else was refused.
  expect(replay(refused.slice(1)).disagreed).toBe(2);
  expect(replay([load(26, ROOT), load(6, ROOT), load(6, ROOT)]).disagreed).toBe(3);
});
