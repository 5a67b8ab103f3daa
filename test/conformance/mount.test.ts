import { describe, expect, test } from 'vitest';
import { ANY, type Json, mount, outcome, result, step, TREE } from './records.js';

const MAPPED = TREE.map((ns) =>
  ns.ns === 'init'
    ? ns
    : { ...ns, uid_map: [[0, 100_000 * ns.level, 65_536]], gid_map: [[0, 100_000 * ns.level, 65_536]] },
);
const set = (key: string, value: string, answer: Parameters<typeof step>[4] = 'ok', by = 'init_root'): Json =>
  step(by, 'set_string', key, value, answer);

test('options, the source and the token made from them', () => {
  const record = mount([set('delegate_cmds', 'prog_load:0x1'), set('source', 'a b')], {
    options: 'rw,delegate_cmds=map_create',
    source: 'a\\040b',
    token: {
      result: result('ok'),
      fdinfo: { allowed_cmds: '0x1', allowed_maps: '0x0', allowed_progs: '0x0', allowed_attachs: '0x0' },
      info: { allowed_cmds: '0x1', allowed_maps: '0x0', allowed_progs: '0x0', allowed_attachs: '0x0' },
    },
  });
  expect(outcome(record)).toBe('agreed');
  // A number overwrites what stood before it in its list.
  expect(outcome({ ...record, options: 'rw,delegate_cmds=map_create:prog_load' })).toBe('disagreed');
  expect(outcome({ ...record, source: 'none' })).toBe('disagreed');
  expect(outcome({ ...record, token: { result: result('EPERM') } })).toBe('disagreed');
  expect(outcome({ ...record, kernel: '6.12.1' })).toBe('disagreed');
});

describe('who may set a mask', () => {
  test.each([
    ['init_root', 'ok'],
    ['init_only_sysadmin', 'ok'],
    ['ns_root', 'EPERM'],
    ['ns_root_nocap', 'EPERM'],
    ['init_nocap', 'EPERM'],
    ['init_all_but_sysadmin', 'EPERM'],
    ['init_nsowner_nocap', 'EPERM'],
    ['childns_root', 'EPERM'],
  ] as const)('%s: %s', (by, answer) => {
    const isSet = answer === 'ok';
    const shown = {
      options: isSet ? 'rw,delegate_maps=hash' : 'rw',
      token: { result: result(isSet ? 'ok' : 'ENOENT') },
    };
    expect(outcome(mount([set('delegate_maps', 'hash', answer, by)], shown))).toBe('agreed');
    expect(outcome(mount([set('delegate_maps', 'hash', isSet ? 'EPERM' : 'ok', by)], shown))).toBe('disagreed');
    // What cannot be read is found first, and no bits need no right.
    expect(outcome(mount([set('delegate_maps', 'nonsense', 'EINVAL', by)]))).toBe('agreed');
    expect(outcome(mount([set('delegate_maps', '0', 'ok', by)]))).toBe('agreed');
  });
});

test('digits that are too many are ERANGE, whatever comes after them', () => {
  expect(outcome(mount([set('delegate_cmds', '18446744073709551616|x', 'ERANGE')]))).toBe('agreed');
  expect(outcome(mount([set('delegate_cmds', '18446744073709551615|x', 'EINVAL')]))).toBe('agreed');
  expect(outcome(mount([set('delegate_cmds', '02000000000000000000000 ', 'ERANGE')]))).toBe('agreed');
  expect(outcome(mount([set('delegate_cmds', '09', 'EINVAL')]))).toBe('agreed');
});

test('no option of bpffs is a flag; flags of any file system are, and unknown ones are ignored', () => {
  const flag = (key: string, answer: 'ok' | 'EINVAL'): Json => step('init_root', 'set_flag', key, null, answer);
  expect(outcome(mount([flag('delegate_cmds', 'EINVAL'), flag('uid', 'EINVAL'), flag('foo', 'ok')]))).toBe('agreed');
  const readOnly = mount([flag('sync', 'ok'), flag('ro', 'ok')], { options: 'ro,sync' });
  expect(outcome(readOnly)).toBe('agreed');
  expect(outcome({ ...readOnly, options: 'rw' })).toBe('disagreed');
  expect(outcome(mount([flag('ro', 'ok'), flag('rw', 'ok'), flag('source', 'EINVAL')]))).toBe('agreed');
});

describe('uid and gid', () => {
  const shown = { tree: MAPPED, options: 'rw,uid=101000,gid=100000' };

  test("are read in the setter's namespace, and must be mapped in the instance's", () => {
    const record = mount([set('uid', '1000', 'ok', 'ns_root'), set('gid', '65536', 'EINVAL', 'ns_root')], shown);
    expect(outcome(record)).toBe('agreed');
    expect(outcome(mount([set('uid', '101000'), set('uid', '1000', 'EINVAL')], shown))).toBe('agreed');
    expect(outcome({ ...record, options: 'rw,uid=1000,gid=100000' })).toBe('disagreed');
  });

  test('cannot be compared where the recording has no maps', () => {
    expect(outcome(mount([set('uid', '70000', 'EINVAL', 'ns_root')]))).toBe('id maps not recorded');
    expect(outcome(mount([set('uid', '0', 'ok', 'ns_root')], { options: 'rw,uid=100000,gid=100000' }))).toBe('agreed');
  });
});

test('what comes too late, and an instance of another namespace', () => {
  const late = mount([], { steps: [step('init_root', 'create', null, null, 'ok'), set('mode', '700', 'EBUSY')] });
  expect(outcome(late)).toBe('agreed');
  const noop = { created: false, mount: result('EINVAL'), options: null, source: null, token: null };
  const refused = mount([], { steps: [step('ns_root', 'create', null, null, 'EPERM')], ...noop });
  expect(outcome(refused)).toBe('agreed');
  expect(outcome({ ...refused, created: true })).toBe('disagreed');
  expect(outcome({ ...refused, options: 'rw' })).toBe('disagreed');
});

describe('mount(2)', () => {
  const mount2 = (data: string, answer: 'ok' | 'EINVAL' | 'EPERM', more: Json = {}): Json => ({
    ...mount([]),
    steps: undefined,
    created: undefined,
    opener: 'init_root',
    sb_userns: 'init',
    data,
    mount: result(answer),
    source: answer === 'ok' ? 'bpffs' : null,
    options: answer === 'ok' ? 'rw,delegate_cmds=any' : null,
    token: answer === 'ok' ? { result: result('EOPNOTSUPP') } : null,
    ...more,
  });

  test('reads all options in one string', () => {
    expect(outcome(mount2('delegate_cmds=any,,=x,foo,rw', 'ok'))).toBe('agreed');
    expect(outcome(mount2('delegate_cmds', 'EINVAL'))).toBe('agreed');
    expect(outcome(mount2('source=x', 'EINVAL'))).toBe('agreed');
    expect(outcome(mount2('delegate_cmds=any', 'EPERM'))).toBe('disagreed');
  });

  test('by root of another namespace is refused after its options were read', () => {
    const inNs = { opener: 'ns_root', sb_userns: 'u1' };
    expect(outcome(mount2('mode=700', 'EPERM', inNs))).toBe('agreed');
    expect(outcome(mount2('mode=9', 'EINVAL', inNs))).toBe('agreed');
    expect(outcome(mount2('mode=700', 'EPERM', { ...inNs, mount: undefined, created: result('EPERM') }))).toBe(
      'agreed',
    );
  });
});

describe('reconfiguration', () => {
  const reconfigured = (initial: unknown, later: unknown, more: Json = {}): Json => ({
    ...mount([]),
    steps: undefined,
    created: undefined,
    mount: undefined,
    initial,
    set: later,
    reconfigure: { by: 'init_root', ...result('ok') },
    options: 'rw,delegate_cmds=map_create',
    token: { result: result('ok') },
    ...more,
  });

  test('changes nothing', () => {
    const first = [set('delegate_cmds', '1')];
    expect(outcome(reconfigured(first, [set('delegate_cmds', ANY)]))).toBe('agreed');
    expect(outcome(reconfigured(first, [set('delegate_cmds', '1', 'EPERM', 'ns_root')]))).toBe('agreed');
    expect(outcome(reconfigured(first, [], { reconfigure: { by: 'init_nocap', ...result('EPERM') } }))).toBe('agreed');
    expect(outcome(reconfigured(first, [set('delegate_cmds', '2')], { options: 'rw,delegate_cmds=any' }))).toBe(
      'disagreed',
    );
  });

  test('what there was before may be said in other ways', () => {
    expect(outcome(reconfigured('delegate_cmds=1,foo', set('delegate_cmds', '2')))).toBe('agreed');
    expect(outcome(reconfigured({ delegate_cmds: '1' }, []))).toBe('agreed');
  });
});

test('a recording may say less: no tree, true and false for answers, options without rw', () => {
  const record = mount([set('delegate_maps', 'hash')], {
    tree: undefined,
    mount: true,
    options: 'delegate_maps=hash',
    token: { result: result('ok') },
  });
  expect(outcome(record)).toBe('agreed');
  expect(outcome({ ...record, mount: false })).toBe('disagreed');
});
