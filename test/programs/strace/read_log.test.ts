import { expect, test } from 'vitest';
import { loggedCapabilities } from '../../../src/programs/strace/capability_calls.js';
import type { LoggedCall } from '../../../src/programs/strace/log_events.js';
import { readPrefix } from '../../../src/programs/strace/log_line.js';
import { accountOf, readLog } from '../../../src/programs/strace/read_log.js';
import { capabilityNames } from '../../../src/scenario/scenario_yaml.js';

const read = (...lines: readonly string[]) => readLog({ file: 'log', text: lines.join('\n') });
const calls = (...lines: readonly string[]) =>
  read(...lines).events.filter((event): event is LoggedCall => event.kind === 'call');
const warnings = (...lines: readonly string[]) =>
  accountOf(read(...lines)).warnings.map(({ line, column, message }) => `${line}:${column}: ${message}`);

const CLOSE = 'close(3) = 0';
test.each([
  ['', null],
  ['4242 ', 4242],
  ['[pid  4242] ', 4242],
  ['4242<bpf agent> ', 4242],
  ['[pid 7<a->b>] ', 7],
  ['12:34:56 ', null],
  ['12:34:56.123456 ', null],
  ['4242 12:34:56.123456 ', 4242],
  ['[pid 7] 1700000000.123456 ', 7],
  ['1700000000 ', null],
  ['7 1700000000.123456 ', 7],
  ['7      0.000123 ', 7],
  ['     0.000123 ', null],
  ['12:34:56 (+     0.000123) ', null],
  ['[00007f1234567890] ', null],
  ['7 [ 321] ', 7],
])('%j before a call', (prefix, pid) => {
  expect(readPrefix(`${prefix}${CLOSE}`)).toEqual({ pid, start: prefix.length });
  expect(calls(`${prefix}${CLOSE}`)).toMatchObject([
    { name: 'close', pid, at: { line: 1, column: prefix.length + 1 } },
  ]);
});

test.each([
  [' = 0', 0, null],
  ['      = 5</sys/fs/bpf>', 5, null],
  [' = 5<anon_inode:bpf-map> <0.000012>', 5, null],
  [' = 7</bpf-token>(deleted)', 7, null],
  [' = -1 EPERM (Operation not permitted)', null, 'EPERM'],
  [' = -1 EPERM (Operation not permitted) <0.000012>', null, 'EPERM'],
  [' = -1 ENOTSUPP (Unknown error 524)', null, 'ENOTSUPP'],
  [' = -1 (errno 524)', null, 'ENOTSUPP'],
  [' = -1 ENOTSUP (Operation not supported)', null, 'EOPNOTSUPP'],
  [' = ? ERESTARTSYS (To be restarted if SA_RESTART is set)', null, null],
  [' = ?', null, null],
  [' = 0x1 (flags FD_CLOEXEC)', 1, null],
])('%j behind a call', (suffix, value, errno) => {
  expect(calls(`close(3)${suffix}`)).toMatchObject([{ result: { value, errno } }]);
});

test('values: texts, structures, lists, comments, descriptors with paths, macros with arguments', () => {
  const [call] = calls(
    String.raw`bpf(0x24 /* BPF_??? */, {a="x\0\1\"\n"..., b=[1, {c=-1</p>}], ..., d=KERNEL_VERSION(6, 18, 44), e=3<UNIX:[1->2]>, f=7</t>(deleted)}, 8) = 5`,
  );
  expect(call?.args).toEqual([
    { name: undefined, value: { kind: 'word', word: '0x24', path: undefined } },
    {
      name: undefined,
      value: {
        kind: 'struct',
        isPartial: true,
        fields: [
          { name: 'a', value: { kind: 'text', text: 'x\0\x01"\n', isCut: true } },
          {
            name: 'b',
            value: {
              kind: 'list',
              isPartial: false,
              items: [
                { name: undefined, value: { kind: 'word', word: '1', path: undefined } },
                {
                  name: undefined,
                  value: {
                    kind: 'struct',
                    isPartial: false,
                    fields: [{ name: 'c', value: { kind: 'word', word: '-1', path: '/p' } }],
                  },
                },
              ],
            },
          },
          { name: 'd', value: { kind: 'word', word: 'KERNEL_VERSION(6, 18, 44)', path: undefined } },
          { name: 'e', value: { kind: 'word', word: '3', path: 'UNIX:[1->2]' } },
          { name: 'f', value: { kind: 'word', word: '7', path: '/t' } },
        ],
      },
    },
    { name: undefined, value: { kind: 'word', word: '8', path: undefined } },
  ]);
});

test('a call that others interrupt is put together, at the place where it starts', () => {
  const found = calls(
    '[pid 7] bpf(BPF_BTF_LOAD, {btf_size=45}, 40 <unfinished ...>',
    '[pid 8] close(3) = 0',
    '[pid 7] <... bpf resumed>) = 3',
  );
  expect(found).toMatchObject([
    { name: 'close', pid: 8 },
    { name: 'bpf', pid: 7, at: { line: 1, column: 9 }, endLine: 3, result: { value: 3 } },
  ]);
  expect(
    calls('7 clone3({flags=CLONE_VM} <unfinished ...>', '7 <... clone3 resumed> => {parent_tid=[8]}, 88) = 8'),
  ).toMatchObject([{ result: { value: 8 } }]);
  expect(calls('close(3strace: Process 8 attached', ') = 0')).toMatchObject([{ name: 'close', result: { value: 0 } }]);
});

test.each([
  [
    ['bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_XDP, ins'],
    '1:53: bpf() cannot be read: the line ends before the "}"',
  ],
  [['7 bpf(BPF_PROG_LOAD, {}, 148)'], '1:30: bpf() cannot be read: the line ends before the result, or has none'],
  [['7 bpf(BPF_MAP_CREATE, {map_name="ab'], '1:33: bpf() cannot be read: the line ends before the closing quote'],
  [['7 <... bpf resumed>) = 3'], '1:20: bpf() is resumed: its start is not in the log'],
  [['7 bpf(BPF_BTF_LOAD, {} <unfinished ...>'], '1:3: the log ends before bpf() does: its result is not known'],
  [['7 bpf(, 8) = 3'], '1:7: bpf() cannot be read: a value is expected here'],
  [['7 close(3) = x'], '1:14: close() cannot be read: the result is no number'],
  [['nothing of strace'], '1:1: no line of the file is of strace or of libbpf'],
])('%j: %s', (lines, message) => {
  expect(warnings(...lines)).toEqual([message]);
});

test('each other line is irrelevant by a rule, or says that a process ended', () => {
  const account = accountOf(
    read(
      '',
      'read(3, "", 8) = 0',
      '--- SIGCHLD {si_signo=SIGCHLD} ---',
      '+++ exited with 1 +++',
      'strace: Process 7 attached',
      'hello',
      'libbpf: elf: x',
      CLOSE,
    ),
  );
  expect(account.lines.map(({ about }) => about)).toEqual([
    'blank',
    'other_call',
    'signal',
    'exit',
    'strace_text',
    'other_text',
    'libbpf_text',
    'close',
  ]);
  expect(account.status).toBe('passed');
});

test('capabilities as strace prints them', () => {
  const set = (word: string) => loggedCapabilities({ kind: 'word', word });
  expect(capabilityNames(set('1<<CAP_BPF|1<<CAP_PERFMON') ?? 0n)).toEqual(['CAP_PERFMON', 'CAP_BPF']);
  expect(set('0x8000200000')).toBe((1n << 39n) | (1n << 21n));
  expect(set('0')).toBe(0n);
  expect(set('CAP_??')).toBeUndefined();
});
