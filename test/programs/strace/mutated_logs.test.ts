import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../../../src/dialects/source_text.js';
import { explainLog } from '../../../src/programs/strace/explain_log.js';
import { straceJson } from '../../../src/report/strace_json.js';
import { straceText } from '../../../src/report/strace_text.js';
import { cases } from '../../cases.js';
import { anyCodePoints } from '../../dialects/any_code_points.js';
import { CAPTURED } from './captured_logs.js';

const LINES = CAPTURED.flatMap(({ text }) => linesOf(text));
/** Lines that say something about tokens, more often. */
const TELLING = LINES.filter((line) => /bpf\(|fsconfig|unshare|fsopen|capset/.test(line));

const SIGNS = [
  '\n',
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  '<',
  '>',
  ' = ',
  ' = -1 EPERM (Operation not permitted)',
  ' = 5',
  ', ...',
  '/*',
  '*/',
  '|',
  '0x10000',
  ' <unfinished ...>',
  '<... bpf resumed>',
  '[pid 4242] ',
  '4242 ',
  'libbpf: failed to load object',
  'strace: Process 7 attached',
  '-',
  '=>',
  '18446744073709551616',
  'BPF_PROG_TYPE_XPD',
  'CLONE_NEWUSER',
  '=',
];

const anyLine = fc.oneof(fc.constantFrom(...TELLING), fc.constantFrom(...LINES));
const anyEdit = fc.tuple(fc.nat(), fc.nat(40), fc.oneof(anyCodePoints(6), fc.constantFrom(...SIGNS)));

/** A few lines of captured logs, with pieces cut out, put in or changed. */
const anyLog = fc
  .tuple(fc.array(anyLine, { minLength: 1, maxLength: 14 }), fc.array(anyEdit, { minLength: 1, maxLength: 6 }))
  .map(([lines, edits]) => {
    let text = lines.join('\n');
    for (const [at, removed, added] of edits) {
      const start = at % (text.length + 1);
      text = text.slice(0, start) + added + text.slice(start + removed);
    }
    return text;
  });

test('a mutated log is explained, with a note on each line and a place for each complaint', () => {
  fc.assert(
    fc.property(anyLog, (text) => {
      const explanation = explainLog({ file: 'log', text });
      const lines = linesOf(text);
      const { account, calls, messages, mountCalls } = explanation;
      expect(account.lines.map(({ line }) => line)).toEqual(lines.map((_, i) => i + 1));
      const places = [
        ...account.warnings,
        ...calls.map(({ at }) => at),
        ...messages.map(({ at }) => at),
        ...mountCalls.map(({ at }) => at),
      ];
      const outside = places.filter(
        ({ line, column }) =>
          line < 1 || line > Math.max(1, lines.length) || column < 1 || column > (lines[line - 1] ?? '').length + 1,
      );
      expect(outside).toEqual([]);
      const warned = account.lines.filter(({ kind }) => kind === 'warning').map(({ line }) => line);
      expect(new Set(account.warnings.map(({ line }) => line))).toEqual(new Set(lines.length === 0 ? [1] : warned));
      JSON.stringify(straceJson(explanation));
      // Nothing of a log reaches a terminal as it is.
      expect(straceText(explanation).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
    }),
    { numRuns: cases(1_000, 5_000) },
  );
});

const CALL =
  'bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_XDP, insn_cnt=2, prog_flags=0x10000, expected_attach_type=BPF_XDP, prog_token_fd=5}, 148) = 6';

/** Texts on which a careless reader would run out of time, memory or stack. */
const HOSTILE: Readonly<Record<string, string>> = {
  'a long line': `bpf(${'{'.repeat(500_000)}`,
  'many brackets': 'bpf(BPF_PROG_LOAD, '.concat('{a='.repeat(200_000), '1', '}'.repeat(200_000), ', 8) = 3'),
  'many angle brackets': `bpf(5${'<'.repeat(500_000)}, 8) = 3`,
  'many paths': `bpf(${'5<a>b'.repeat(100_000)}, 8) = 3`,
  'many comments': `bpf(${'/* '.repeat(200_000)}, 8) = 3`,
  'many backslashes': `bpf("${'\\'.repeat(500_001)}, 8) = 3`,
  'many calls that are never resumed': Array.from(
    { length: 20_000 },
    (_, i) => `${i} bpf(BPF_PROG_LOAD, {} <unfinished ...>`,
  ).join('\n'),
  'many processes with many descriptors': [
    ...Array.from({ length: 2_000 }, (_, i) => `1 openat(AT_FDCWD, "/sys/fs/bpf", O_RDONLY|O_DIRECTORY) = ${i}`),
    ...Array.from({ length: 5_000 }, (_, i) => `1 clone(child_stack=NULL, flags=SIGCHLD) = ${i + 2}`),
  ].join('\n'),
  'many programs of many sizes': Array.from({ length: 3_000 }, (_, i) =>
    CALL.replace('insn_cnt=2', `insn_cnt=${i + 1}`),
  ).join('\n'),
  'many instances': Array.from(
    { length: 3_000 },
    (_, i) => `bpf(BPF_TOKEN_CREATE, {token_create={flags=0, bpffs_fd=${i + 3}</p${i}>}}, 8) = 5`,
  ).join('\n'),
  'many processes among which one is looked for': Array.from(
    { length: 10_000 },
    (_, i) => `1 clone(child_stack=NULL, flags=SIGCHLD) = ${i + 2}\n1 pidfd_getfd(3, 3, 0) = 4`,
  ).join('\n'),
  'many ranges of many descriptors': [
    ...Array.from({ length: 5_000 }, (_, i) => `openat(AT_FDCWD, "/p", O_RDONLY) = ${i}`),
    ...Array.from({ length: 5_000 }, () => 'close_range(0, 4294967295, 0) = 0'),
  ].join('\n'),
  'user namespaces in each other': Array.from({ length: 20_000 }, () => 'unshare(CLONE_NEWUSER) = 0')
    .join('\n')
    .concat('\n', CALL),
};

test.each(Object.entries(HOSTILE))('%s: read to the end', (_, text) => {
  const { account } = explainLog({ file: 'log', text });
  expect(account.lines.length).toBe(linesOf(text).length);
});
