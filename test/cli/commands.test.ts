import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bpftoken, inProcess, ROOT } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-cli-'));
afterAll(() => rmSync(temporary, { recursive: true }));

describe('test', () => {
  const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'));

  test.each(examples)('every expectation of examples/%s holds', async (name) => {
    const { code, stdout, stderr } = await inProcess(['test', `examples/${name}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/(\d+) of \1 expectations(?: and (\d+) of \2 assertions)? hold\n$/);
  });

  test('a failing expectation is shown with its place, and the exit status is 1', async () => {
    const file = join(temporary, 'wrong.yaml');
    writeFileSync(
      file,
      'profile: linux-6.12\ntasks:\n  t: {}\nrequests:\n  - { task: t, cmd: btf_load, expect: allowed }\n',
    );
    const { code, stdout } = await inProcess(['test', file]);
    expect(code).toBe(1);
    expect(stdout).toContain(`${file}:5:5: t asks btf_load, with no token`);
    expect(stdout).toContain('expected allowed, got EPERM');
    const json = JSON.parse((await inProcess(['test', file, '--json'])).stdout);
    expect(json).toMatchObject({ profile: 'linux-6.12', expectations: 1, failed: 1 });
  });
});

test.each([[[]], [['--profile', 'v12']], [['--profile', 'linux-7.3']]])(
  'test %j: the command that says why asks what failed, of the same kernel',
  async (other) => {
    const file = join(temporary, "what's wrong.yaml");
    writeFileSync(
      file,
      'profile: linux-6.12\ntasks: { t: {} }\nrequests:\n  - { task: t, cmd: btf_load, expect: allowed }\n',
    );
    const { code, stdout } = await inProcess(['test', file, ...other]);
    expect(code).toBe(1);
    const [, command = ''] = /^ *why: bpftoken (.*)$/m.exec(stdout) ?? [];
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' });
    const why = await inProcess(words.trimEnd().split('\n'));
    expect(why).toMatchObject({ code: 1, stderr: '' });
    expect(why.stdout).toMatch(new RegExp(`^DENIED with EPERM on ${other[1] ?? 'linux-6.12'}\n`));
  },
);

describe('check and explain', () => {
  // Denied for different reasons: a token passed to a child namespace, one that lacks a program type, a missing
  // capability, one an LSM distrusts; an ancestor's task under the reviewed design, which linux-6.12 allows.
  test.each([
    ['child-namespace', ['--request', "the container's token, passed to the nested root, is worth nothing there"]],
    ['program-type', ['--request', 'a program type that is not delegated']],
    ['no-capability', ['--request', 'a token is no capability']],
    ['lsm', ['--request', 'a security module refuses a capability']],
    ['ancestor-v12', ['--profile', 'v12', '--request', '37']],
    ['no-token-helps', ['--task', 'web', '--cmd', 'prog_get_next_id']],
    ['allowed', ['--task', 'net-agent', '--token', 'container-token', '--cmd', 'BPF_BTF_LOAD']],
  ])('explain: %s', async (name, args) => {
    const { code, stdout, stderr } = await inProcess(['explain', FLEET, ...args]);
    expect({ code, stderr }).toEqual({ code: name === 'allowed' ? 0 : 1, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`golden/explain-${name}.txt`);
  });

  test('check says when the newest release answers otherwise', async () => {
    const { code, stdout } = await bpftoken(['check', FLEET, '--profile', 'v12', '--request', '37']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^DENIED with EPERM on v12\n/);
    expect(stdout).toContain('note: linux-7.3 answers otherwise: ALLOWED');
  });

  test('names in any spelling ask the same', async () => {
    const ask = (cmd: string, type: string) =>
      inProcess(['check', FLEET, '--task', 'collector', '--token', 'service-token', '--cmd', cmd, '--prog-type', type]);
    const answers = await Promise.all([
      ask('prog_load', 'kprobe'),
      ask('BPF_PROG_LOAD', 'BPF_PROG_TYPE_KPROBE'),
      ask('5', '2'),
      ask('BPFProgLoad', 'BPFProgTypeKprobe'),
    ]);
    expect(new Set(answers.map(({ stdout, code }) => `${code} ${stdout}`)).size).toBe(1);
  });

  test('json carries the profile, the reason, the steps and the advice', async () => {
    const { stdout } = await inProcess([
      'explain',
      FLEET,
      '--request',
      'a program type that is not delegated',
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      profile: 'linux-6.12',
      verdict: 'denied',
      errno: 'EPERM',
      reason: 'cap_bpf_missing_unpriv_disabled',
      token: 'dropped_type',
      returned: -1,
      advice: { possible: true, changes: [{ kind: 'delegate', mask: 'progs' }] },
    });
  });

  test.each([
    [['--task', 'colector', '--cmd', 'btf_load'], /no task colector; did you mean collector\?/],
    [
      ['--task', 'web', '--cmd', 'prog_lod'],
      /--cmd prog_lod: no such command in release 6\.12; did you mean prog_load\?/,
    ],
    [['--task', 'web', '--cmd', 'map_create'], /--map-type is missing/],
    [['--task', 'web'], /--cmd is missing/],
    [
      ['--task', 'web', '--cmd', 'btf_load', '--profile', 'linux-6.13.1'],
      /--profile linux-6\.13\.1: .*did you mean linux-6\.13/,
    ],
    [['--request', '1000'], /the scenario has no request 1000; it has \d+ of them/],
    [['--tsk', 'web'], /unknown option '--tsk'/],
  ])('%j is a usage error', async (args, message) => {
    const { code, stderr, stdout } = await inProcess(['check', FLEET, ...args]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

describe('list', () => {
  test.each(['profiles', 'cmds', 'map-types', 'prog-types', 'attach-types', 'helpers', 'liberties'])(
    '%s',
    async (topic) => {
      const { code, stdout } = await inProcess([
        'list',
        topic,
        ...(topic === 'profiles' ? [] : ['--profile', 'linux-7.3']),
      ]);
      expect(code).toBe(0);
      await expect(stdout).toMatchFileSnapshot(`golden/list-${topic}.txt`);
      const { names } = JSON.parse((await inProcess(['list', topic, '--json'])).stdout);
      expect(names.length).toBe(stdout.trimEnd().split('\n').length);
    },
  );
});

describe('init', () => {
  test('writes a scenario whose expectations hold, and never over a file that is there', async () => {
    const file = join(temporary, 'mine.yaml');
    expect((await inProcess(['init', file])).code).toBe(0);
    expect((await inProcess(['test', file])).code).toBe(0);
    const again = await inProcess(['init', file]);
    expect(again).toMatchObject({ code: 2, stderr: `${file} is already there; --force writes over it\n` });
    expect((await inProcess(['init', file, '--force'])).code).toBe(0);
    expect((await inProcess(['init', '-'])).stdout).toBe(readFileSync(file, 'utf8'));
  });
});
