import { describe, expect, test } from 'vitest';
import { columnOf, columnOfSyntaxError } from '../../src/conformance/json_position.js';
import { readRecords } from '../../src/conformance/read_lines.js';
import { readRecord } from '../../src/conformance/read_record.js';
import { bpffs, caller, type Json, mount, replay, result, step, TREE, token, tokenCreate, use } from './records.js';

/** The message about a record, without the file and line. */
function complaint(record: Json | string): string {
  try {
    readRecord(typeof record === 'string' ? record : JSON.stringify(record), 'a.ndjson', 7);
  } catch (error) {
    const { message } = error as Error;
    expect(message).toMatch(/^a\.ndjson:7:\d+: /);
    return message.slice('a.ndjson:7:'.length);
  }
  return 'none';
}

test.each([
  ['{"family":"use",', /^\d+: a record is expected, one JSON object; the line is not JSON$/],
  ['[1]', /^1: the record: an object is expected, not "\[1\]"$/],
  [
    '{"family":"uses"}',
    /^11: family: one of use, token_create, mount_options, lsm, helpers, liberties, selinux is expected, not "uses"$/,
  ],
  ['{"family":"use"}', /^1: kernel: text is expected, and it is missing$/],
  [use('ok', { sysctl_unprivileged_bpf_disabled: 3 }), /sysctl_unprivileged_bpf_disabled: 0, 1 or 2 is expected/],
  [use('ok', { sysctl_unprivileged_bpf_disabled: undefined }), /sysctl_unprivileged_bpf_disabled: .* missing/],
  [use('ok', { tree: {} }), /tree: a list is expected/],
  [use('ok', { tree: [{ ns: 'u1', parent: 'nobody', owner_uid: 0 }] }), /tree\[0\]\.parent: a namespace of the tree/],
  [use('ok', { caller: caller([], 'u9') }), /caller\.ns: a namespace of the tree is expected, not "u9"/],
  [use('ok', { caller: caller(['BFP']) }), /caller\.caps: a list of BPF, PERFMON, NET_ADMIN, SYS_ADMIN and OTHERS/],
  [
    use('ok', { token: token({ cmds: '33z' }) }),
    /token\.allowed_cmds: a mask of 64 bits as hexadecimal text, .*, is expected, not "33z"/,
  ],
  [use('ok', { token: null }), /token: the token that token_fd speaks of is expected/],
  [use('ok', { token_fd: 'open' }), /token_fd: one of none, token, .* is expected, not "open"/],
  [use('ok', { variant: 'odd' }), /variant: one of plain, .* is expected, not "odd"/],
  [use('ok', { map_type: -1 }), /map_type: a whole number from 0 to 4294967295 is expected, not "-1"/],
  [use('ok', { result: { ok: false, errno: 0 } }), /result\.errno: the number of an error, 1 to 4095, is expected/],
  [use('ok', { result: { ok: 'yes' } }), /result\.ok: true or false is expected, not "yes"/],
  [
    { ...use('ok'), family: 'lsm', hook: 'file_open' },
    /hook: one of bpf_token_create, .* is expected, not "file_open"/,
  ],
  [tokenCreate('ok', { bpffs: { ns: 'u1', mode: 0 } }), /bpffs\.delegate_cmds: a mask .* missing/],
  [mount([step('somebody', 'create', null, null, 'ok')]), /steps\[0\]\.by: one of init_root, .* not "somebody"/],
  [
    mount([step('init_root', 'explode', null, null, 'ok')]),
    /steps\[0\]\.op: set_string, set_flag, create or reconfigure/,
  ],
  [mount([step('init_root', 'set_string', null, '1', 'ok')]), /steps\[0\]\.key: the option that is set/],
])('%#: what is wrong, where, and what was expected', (record, message) => {
  expect(complaint(record)).toMatch(message);
});

/** A chain of namespaces below the initial one, as a record lists them. */
function chain(depth: number): Json[] {
  const below = Array.from({ length: depth }, (_, i) => ({
    ns: `n${i + 1}`,
    parent: i === 0 ? 'init' : `n${i}`,
    level: i + 1,
    owner_uid: 0,
  }));
  return [TREE[0] as Json, ...below];
}

describe('trees that no kernel has', () => {
  const withTree = (tree: unknown, ns = 'init', level = 0): Json =>
    use('ok', { tree, caller: { ns, level, euid: 0, caps: ['BPF'] }, token: null, token_fd: 'none' });
  const [init, u1] = TREE as readonly Json[] as [Json, Json];

  test('the deepest that a kernel makes is taken, the next level is not', () => {
    expect(complaint(withTree(chain(33), 'n33', 33))).toBe('none');
    for (const depth of [34, 40]) {
      expect(complaint(withTree(chain(depth)))).toMatch(
        /tree\[34\]\.parent: a namespace above level 33, the deepest that the kernel makes, is expected, not "n33"/,
      );
    }
  });

  test.each([
    [
      'a level that the tree does not have',
      withTree([init, { ...u1, level: 2 }]),
      /tree\[1\]\.level: 1, as the tree has it,/,
    ],
    ['a level that is no number', withTree([init, { ...u1, level: '1' }]), /tree\[1\]\.level: 1, as the tree has it,/],
    ["a caller's level", withTree([init, u1], 'u1', 0), /caller\.level: 1, as the tree has it, is expected, not "0"/],
    ["a token's level", use('ok', { token: { ...token(), level: 7 } }), /token\.level: 1, as the tree has it,/],
    ["a bpffs's level", tokenCreate('ok', { bpffs: { ...bpffs(), level: 0 } }), /bpffs\.level: 1, as the tree has it,/],
    [
      'an initial namespace with a parent',
      withTree([{ ...init, parent: 'u1' }, u1]),
      /tree\[0\]\.parent: null \(the initial/,
    ],
    ['an initial namespace at another level', withTree([{ ...init, level: 1 }]), /tree\[0\]\.level: 0, as the tree/],
    [
      'an initial namespace with an owner',
      withTree([{ ...init, owner_uid: 5 }]),
      /tree\[0\]\.owner_uid: 0, for the initial/,
    ],
    ['two initial namespaces', withTree([init, init]), /tree\[1\]\.ns: a name that no other namespace has/],
    ['two namespaces of one name', withTree([init, u1, u1]), /tree\[2\]\.ns: a name that no other namespace has/],
    ['a circle', withTree([init, { ...u1, parent: 'u1' }]), /tree\[1\]\.parent: a namespace of the tree/],
    ['an id map with a fraction', mount([], { tree: [init, { ...u1, uid_map: [[0, 1.5, 1]] }] }), /uid_map: a list of/],
    ['an id map below 0', mount([], { tree: [init, { ...u1, gid_map: [[0, -1, 1]] }] }), /gid_map: a list of/],
    ['an id map of nothing', mount([], { tree: [init, { ...u1, gid_map: [[0, 1, 0]] }] }), /gid_map: a list of/],
    ['an id map of four', mount([], { tree: [init, { ...u1, gid_map: [[0, 1, 1, 1]] }] }), /gid_map: a list of/],
  ])('%s', (_, record, message) => {
    expect(complaint(record)).toMatch(message);
  });
});

describe('fields are not taken for others', () => {
  const stepped = (more: Json): Json => mount([{ ...step('init_root', 'set_string', 'mode', '700', 'ok'), ...more }]);
  const set = [step('init_root', 'set_string', 'mode', '700', 'ok')];
  const reconfigured = { steps: undefined, initial: set, set, reconfigure: { by: 'init_root', ...result('ok') } };

  const mistaken: (readonly [what: string, record: Json, message: RegExp])[] = [
    ...['set_binary', 'set_path', 'set_path_empty', 'set_fd', 'flag', 'recreate', 'set', 'offset_string', 2, 3, 5].map(
      (op): readonly [string, Json, RegExp] => [
        `op ${op}`,
        stepped({ op }),
        /steps\[0\]\.op: set_string, set_flag, create or reconfigure is expected/,
      ],
    ),
    ['no op', stepped({ op: undefined }), /steps\[0\]\.op: .* missing/],
    ['a flag with a value', stepped({ op: 'set_flag' }), /steps\[0\]\.value: null, as set_flag has no value,/],
    ['a text without one', stepped({ value: null }), /steps\[0\]\.value: the text that the option is set to/],
    ['create with a key', stepped({ op: 'create', value: null }), /steps\[0\]\.key: null, as create has no key,/],
    ['create with a value', stepped({ op: 'create', key: null }), /steps\[0\]\.value: null, as create has no value,/],
    ['a key that is no text', stepped({ key: 3 }), /steps\[0\]\.key: text is expected/],
    ['options of mount(2) and steps', mount([], { data: '' }), /steps: nothing, in a record of mount\(2\),/],
    [
      'steps and a reconfiguration',
      mount([], { ...reconfigured, steps: [] }),
      /steps: nothing, in a record of a reconf/,
    ],
    [
      'options before without a reconfiguration',
      mount([], { initial: set }),
      /initial: nothing, in a record of no reconf/,
    ],
    ['options after without a reconfiguration', mount([], { set }), /set: nothing, in a record of no reconf/],
    [
      'a mode that is not octal',
      tokenCreate('ok', { bpffs: { ...bpffs(), mode: '0789' } }),
      /bpffs\.mode: octal digits/,
    ],
    ['a mode of words', tokenCreate('ok', { bpffs: { ...bpffs(), mode: 'rwx' } }), /bpffs\.mode: octal digits/],
    ['part of fdinfo', tokenCreate('ok', { fdinfo: 'allowed_cmds:\tany\n' }), /fdinfo: a line for each of four masks/],
    [
      'an error that is none',
      use('ok', { result: { ok: true, errno: 1, error: null } }),
      /result\.errno: 0, as ok is true/,
    ],
    [
      'an error of success',
      use('ok', { result: { ok: true, errno: 0, error: 'EPERM' } }),
      /result\.error: null, as ok/,
    ],
    [
      'two errors',
      use('ok', { result: { ok: false, errno: 1, error: 'EINVAL' } }),
      /result\.error: the name of errno 1/,
    ],
    ['no error number', use('ok', { result: { ok: false, errno: 5000, error: null } }), /result\.errno: the number of/],
    ['two commands', use('ok', { cmd: 'prog_load' }), /cmd_nr: 5, the number of cmd, is expected, not "0"/],
    [
      'a hook by its ending',
      { ...use('ok'), family: 'lsm', hook: 'no_bpf_token_cmd', hook_returns: -1 },
      /hook: one of/,
    ],
  ];
  test.each(mistaken)('%s', (_, record, message) => {
    expect(complaint(record)).toMatch(message);
  });

  test('what is said in another way is the same', () => {
    expect(complaint(stepped({ op: 'FSCONFIG_SET_STRING' }))).toBe('none');
    expect(complaint(stepped({ op: 1 }))).toBe('none');
    const mount2 = mount([], { steps: undefined, data: '', opener: undefined, by: 'init_root', mount: result('ok') });
    expect(readRecord(JSON.stringify(mount2), 'a', 1)).toMatchObject({ opener: 'init_root' });
    const lsm = { ...use('ok'), family: 'lsm', hook: 'lsm/bpf_token_cmd', hook_returns: -1 };
    const arg = { value: 5, name: 'prog_load' };
    expect(readRecord(JSON.stringify({ ...lsm, deny_only_if_arg: arg }), 'a', 1)).toMatchObject({
      lsm: { hook: 'bpf_token_cmd', onlyIfArg: 5 },
    });
    expect(complaint({ ...lsm, deny_only_if_arg: { name: 'prog_load' } })).toMatch(/deny_only_if_arg\.value: a whole/);
  });
});

test.each(['', '\n', ' \n\r\n', '\uFEFF'])('a recording must have a record: %j', async (text) => {
  async function* source() {
    yield text;
  }
  const read = async () => {
    for await (const _ of readRecords(source(), 'r.ndjson'));
  };
  await expect(read()).rejects.toThrow(
    /^r\.ndjson:\d+:1: a record is expected, one JSON object a line; the file has none$/,
  );
});

test('unknown keys are ignored, and blank lines', () => {
  expect(
    complaint(
      use('ok', { colour: 'red', tree: [], caller: { ...caller([], 'init'), mood: 'good' }, token_fd: 'none' }),
    ),
  ).toMatch(/token\.ns/);
  expect(complaint(use('ok', { colour: 'red', caller: { ...caller([]), mood: 'good' } }))).toBe('none');
  expect(readRecord('  ', 'a', 1)).toBeUndefined();
});

test('columns lead to the value, in lists and in text with spaces', () => {
  const line = '{ "a" : [ {"b": 1}, {"b": "x,]"}, {"b": 3} ], "c": {"b": 4} }';
  expect(line.slice(columnOf(line, ['a', 2, 'b']) - 1)).toMatch(/^3/);
  expect(line.slice(columnOf(line, ['c', 'b']) - 1)).toMatch(/^4/);
  expect(line.slice(columnOf(line, ['c', 'missing']) - 1)).toMatch(/^\{"b": 4/);
  // Keys of options are whatever a recording says: they are no patterns.
  expect(columnOf('{"(": {"[" : 1}}', ['(', '['])).toBe(14);
});

test('a column is that of the member itself, not of one with the same name in an object before it', () => {
  expect(columnOf('{"token":{"kernel":1},"kernel":2}', ['kernel'])).toBe(32);
  expect(columnOf('{"a":1,"a":2}', ['a'])).toBe(12);
  expect(columnOf('{"a":[1]}', ['a', 'b'])).toBe(6);
});

test('a line that is not JSON is reported at its first error, whatever the message of JSON.parse() says', () => {
  expect(columnOfSyntaxError('{"a":}')).toBe(6);
  expect(columnOfSyntaxError('{"a":1,}')).toBe(8);
  expect(columnOfSyntaxError('')).toBe(1);
});

test('a line that nests deeper than the stack is reported like any other', () => {
  const deep = '['.repeat(1_000_000);
  expect(complaint(deep)).toMatch(/^1: a record is expected/);
  expect(columnOf(`${deep}${']'.repeat(1_000_000)}`, [0])).toBe(1);
});

test('a release there is no profile of', () => {
  const unknown = { ...use('ok'), kernel: '5.10.0-1' };
  expect(() => replay([use('ok'), unknown])).toThrow(
    'test.ndjson:2:1: no profile for kernel 5.10.0-1: a release from 6.9 to 7.3 is expected, or the profile to take (--profile)',
  );
});

test('lines are cut wherever the bytes are', async () => {
  const text = `\uFEFF${JSON.stringify(use('ok', { case: 'ä' }))}\r\n\n${JSON.stringify(tokenCreate('ok'))}`;
  const bytes = new TextEncoder().encode(text);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  const found: string[] = [];
  for await (const records of readRecords(pieces(), 'x')) found.push(...records.map((r) => `${r.line} ${r.case}`));
  expect(found).toEqual(['1 ä', '3 token_create-0']);
});
