import { expect, test } from 'vitest';
import { columnOf } from '../../src/conformance/fields.js';
import { readRecords } from '../../src/conformance/read_lines.js';
import { readRecord } from '../../src/conformance/read_record.js';
import { caller, type Json, mount, replay, step, token, tokenCreate, use } from './records.js';

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
  ['{"family":"uses"}', /^11: family: one of use, token_create, mount_options, lsm is expected, not "uses"$/],
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
  [use('ok', { result: { ok: false, errno: 0 } }), /result\.errno: the number of an error is expected/],
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

test('keys nobody knows are ignored, and blank lines', () => {
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
});

test('a release there is no profile of', () => {
  const unknown = { ...use('ok'), kernel: '5.10.0-1' };
  expect(() => replay([use('ok'), unknown])).toThrow(
    'test.ndjson:2:1: no profile is known for kernel 5.10.0-1: a release from 6.9 to 7.3 is expected, or the profile to take (--profile)',
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
