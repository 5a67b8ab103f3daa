import { describe, expect, test } from 'vitest';
import { findProfile } from '../../../src/kernel/profile.js';
import { explainLog } from '../../../src/programs/strace/explain_log.js';
import type { ExplainedCall, LogExplanation } from '../../../src/programs/strace/log_explanation.js';
import { carriedNone } from '../../../src/report/strace_words.js';
import { CAPTURED, captured } from './captured_logs.js';

const profile = findProfile('linux-6.18');
/** A filter for system calls answers there. */
const FILTERED = 'filtered-libbpf1.4-strace6.1.txt';

/** A bpf() call whose result stands on the same line, or that is resumed. */
const ENDED = /(?:\bbpf\((?!.*<unfinished \.\.\.>)|<\.\.\. bpf resumed>).* = (?:-?\d|0x)/;

/** What else a later stage answers, by line: bpftool 7.8 asks whether a longer header of BTF is taken. */
const LATER: readonly [number, string][] = [[61, 'E2BIG']];

function explained(start: string): LogExplanation {
  return explainLog(captured(start), { profile });
}

const refusedOf = ({ calls }: LogExplanation) => calls.filter(({ result }) => result.errno !== null);
const fatalOf = ({ calls }: LogExplanation) => calls.filter(({ step }) => step?.consequence === 'fatal');
const nameOf = ({ context, call }: ExplainedCall) => {
  const { cmd, type } = context?.request ?? call;
  const { vocabulary } = profile as NonNullable<typeof profile>;
  return `${vocabulary.nameOf('cmds', cmd)} ${vocabulary.nameOf('prog_types', type)}`;
};

describe.each(CAPTURED)('$file', (source) => {
  const explanation = explainLog(source, { profile });

  test('each line is accounted for, and each bpf() call has an answer', () => {
    const { account, calls } = explanation;
    expect(account.warnings).toEqual([]);
    expect(account.lines.map(({ line }) => line)).toEqual(
      source.text
        .trimEnd()
        .split('\n')
        .map((_, i) => i + 1),
    );
    expect(calls.length).toBe(source.text.split('\n').filter((line) => ENDED.test(line)).length);
  });

  test('the simulator answers as the kernel did', () => {
    const others = explanation.calls.filter(
      ({ agreement }) => agreement === 'disagrees' || agreement === 'not_compared',
    );
    expect(others.length).toBe(source.file === FILTERED ? 1 : 0);
    expect(explanation.mountCalls.filter(({ agreement }) => agreement !== 'agrees')).toEqual([]);
    expect(explanation.calls.filter(({ agreement }) => agreement === 'earlier')).toEqual([]);
  });

  test('each refusal has a reason, and what it means to the program', () => {
    for (const call of refusedOf(explanation)) {
      if (call.agreement === 'disagrees') continue;
      expect(call.step?.consequence, `line ${call.at.line}`).toMatch(/^(?:harmless|degrades|fatal|unknown)$/);
      if (call.result.errno === 'EPERM') expect(call.evaluation?.verdict.errno, `line ${call.at.line}`).toBe('EPERM');
    }
  });

  test('without --kernel it answers alike: by kern_version, or the newest', () => {
    const { calls } = explainLog(source);
    expect(calls.map(({ agreement }) => agreement)).toEqual(explanation.calls.map(({ agreement }) => agreement));
  });
});

test('a later stage answers to a ring buffer that is given BTF, and to a header of BTF that is too long', () => {
  const later = CAPTURED.flatMap((source) => {
    const { calls } = explainLog(source, { profile });
    return calls.filter(({ agreement }) => agreement === 'later');
  });
  const others = later.filter(({ call, result }) => call.cmd !== 0 || call.type !== 27 || result.errno !== 'EINVAL');
  expect(others.map(({ at, result }) => [at.line, result.errno])).toEqual(LATER);
  expect(later.length).toBeGreaterThan(others.length);
});

test('libbpf 1.4 asks for names with attributes that end before the token: descriptor 0 is no token', () => {
  const { calls } = explained('any-libbpf1.4');
  const asked = calls.filter(({ call }) => call.name === 'libbpf_nametest');
  expect(asked.map(({ tokenOfCall, errno }) => [tokenOfCall, errno])).toEqual([
    ['none', 'EPERM'],
    ['shown', 'EINVAL'],
  ]);
});

test('masks of fsconfig() in every form are those of the token', () => {
  const { state } = explained('numbers-');
  expect(state.tokens.map(({ masks, isShown }) => ({ ...masks, isShown }))).toEqual([
    { cmds: 0x21n, maps: 0x6n, progs: 0x6n, attachs: (1n << 64n) - 1n, isShown: true },
    { cmds: 0x21n, maps: 0x6n, progs: 0x6n, attachs: (1n << 64n) - 1n, isShown: true },
  ]);
});

test('XDP alone is delegated: the trivial programs are refused, and that is fatal', () => {
  const explanation = explained('xdp-only-');
  const fatal = fatalOf(explanation);
  expect(fatal.map(nameOf)).toEqual(['prog_load socket_filter', 'prog_load tracepoint']);
  expect(fatal[0]?.advice).toMatchObject({
    possible: true,
    changes: [
      { kind: 'delegate', mask: 'progs', bit: 1 },
      { kind: 'delegate', mask: 'attachs', bit: 0 },
    ],
  });
  expect(fatal.every(({ isShown }) => !isShown)).toBe(true);
  expect(explanation.assumptions.some(({ about, basis }) => about === 'token' && basis === 'assumed')).toBe(true);
});

test('CAP_BPF alone: what the token allows and the capabilities do not', () => {
  const explanation = explained('cap-bpf-libbpf1.7');
  const caps = refusedOf(explanation).map(({ evaluation }) => evaluation?.verdict.outcome);
  expect(new Set(fatalOf(explanation).map(nameOf))).toEqual(new Set(['prog_load xdp']));
  expect(caps.length).toBe(6);
  expect(fatalOf(explanation)[0]?.advice).toMatchObject({ changes: [{ kind: 'grant', cap: 12 }] });
});

test('a loader without tokens: every call carries none, although all is delegated', () => {
  const explanation = explained('no-token-support-');
  expect(explanation.calls.length).toBe(3);
  expect(explanation.calls.every((call) => carriedNone(explanation.profile, call))).toBe(true);
  expect(explanation.calls.map(({ delegatedAt }) => delegatedAt)).toEqual([
    '/sys/fs/bpf',
    '/sys/fs/bpf',
    '/sys/fs/bpf',
  ]);
  expect(fatalOf(explanation).length).toBe(2);
});

test('a bpffs of the initial user namespace, bound into another: EPERM, whatever the capabilities', () => {
  const explanation = explained('bind-mount-');
  const [call] = explanation.calls;
  expect(call).toMatchObject({
    errno: 'EPERM',
    step: { consequence: 'fatal' },
    evaluation: { verdict: { allowed: false } },
  });
  expect(call?.advice).toMatchObject({ possible: true, changes: [{ kind: 'new_bpffs' }] });
  expect(explanation.state.bpffs[0]?.userns.isInitial).toBe(true);
});

test('a directory that is no bpffs: EINVAL; the initial user namespace: EOPNOTSUPP', () => {
  const [plain] = explained('no-bpffs-').calls;
  expect(plain?.descriptor).toMatchObject({ errno: 'EINVAL' });
  expect(plain?.hint).toContain('EOPNOTSUPP');
  const [initial] = explained('initial-userns-').calls;
  expect(initial?.advice).toMatchObject({ possible: false });
  expect(initial?.errno).toBe('EOPNOTSUPP');
});

test('fsopen() before the mount namespace is unshared, and masks set from inside', () => {
  const refused = explained('fsopen-without-').mountCalls.filter(({ logged }) => logged !== null);
  expect(refused.map(({ what, errno }) => [what, errno])).toEqual([
    ['fsopen bpf', 'EPERM'],
    ['fsconfig delegate_cmds=any', 'EPERM'],
    ['fsconfig CMD_CREATE', 'EPERM'],
  ]);
  expect(refused[0]?.hint).toContain('CLONE_NEWNS');
});

test('nothing is delegated: ENOENT, and what follows fails for want of a token', () => {
  const [create] = explained('nothing-delegated-').calls;
  expect(create).toMatchObject({ errno: 'ENOENT', step: { consequence: 'degrades' } });
});

test('a filter answers in front of bpf(): the line that installs it is named', () => {
  const explanation = explained('filtered-');
  const [call] = explanation.calls.filter(({ agreement }) => agreement === 'disagrees');
  expect(call).toMatchObject({ errno: null, result: { errno: 'EPERM' } });
  const line = explanation.account.lines.find(({ about }) => about.startsWith('prctl'))?.line;
  expect(line).toBeGreaterThan(0);
  expect(call?.inFront[0]?.what).toMatch(/^the seccomp filter that line \d+ installs$/);
});

test('root of the initial user namespace needs no token: that follows from the first program that loads', () => {
  const { assumptions } = explained('root-');
  expect(assumptions.some(({ text }) => /starts in the initial user namespace/.test(text))).toBe(true);
});

test('libbpf writes to the terminal of strace: calls that it interrupts are read, and its messages explained', () => {
  const { messages } = explained('console-');
  expect(messages.map(({ consequence }) => consequence)).toEqual(['harmless', 'fatal', 'fatal']);
});
