import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { caller, type Json, mount, prog, tokenCreate, use } from '../conformance/records.js';
import { bpftoken, inProcess, interruptedAfter } from './run_cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-replay-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function written(name: string, records: readonly (Json | string)[]): string {
  const path = join(FOLDER, name);
  const text = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(`${text}\n`) : `${text}\n`);
  return path;
}

const root = { caller: caller(['BPF', 'PERFMON'], 'init'), token: null, token_fd: 'none' };
const GOOD = [use('ok'), use('EINVAL', { ...root, ...prog(26, 24) }), tokenCreate('ok'), mount([])];

describe('recordings that agree', () => {
  test('are counted by family and stage', async () => {
    const { code, stdout, stderr } = await inProcess([
      'replay',
      written('good.ndjson', GOOD),
      written('good.ndjson.gz', GOOD),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replace(/in \d+\.\d s/, 'in 0.1 s')).toBe(`8 cases of 2 recordings in 0.1 s
  linux-7.3 8

family              cases     agreed  disagreed    outside
use                     4          2          0          2
token_create            2          2          0          0
mount_options           2          2          0          0
4 of them were put to the hot path too

Outside the model: the kernel spoke after every permission check, at
          2  25.00%  attach target

no disagreement
`);
  });

  test('as JSON', async () => {
    const { code, stdout } = await inProcess(['replay', '--json', written('good.ndjson', GOOD)]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'bpf-token-sim/replay/1',
      cases: 4,
      disagreed: 0,
      other_readings: 0,
      asked_of_hot_path: 2,
      profiles: { 'linux-7.3': 4 },
      families: {
        mount_options: { cases: 1, agreed: 1, disagreed: 0, outside: {} },
        token_create: { cases: 1, agreed: 1, disagreed: 0, outside: {} },
        use: { cases: 2, agreed: 1, disagreed: 0, outside: { 'attach target': 1 } },
      },
      outside: { 'attach target': 1 },
      disagreement_kinds: {},
      disagreements: [],
    });
  });
});

describe('recordings that do not', () => {
  test('are shown in full, and the exit status is 1', async () => {
    const path = written('bad.ndjson', [...GOOD, use('EPERM', { case: 'use-77' })]);
    const { code, stdout, stderr } = await inProcess(['replay', path]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toContain(`DISAGREED  ${path}:5: case use-77 of 7.3.4-test, asked of linux-7.3\n`);
    expect(stdout).toContain(`  user namespaces: init, u1 (in init, of uid 1000), u2 (in u1, of uid 101000)
  caller: userns u1, euid 100000, CAP_BPF
  token: userns u1, cmds 0xffffffffffffffff, maps 0xffffffffffffffff, progs 0xffffffffffffffff, attachs 0xffffffffffffffff
  asks: map_create hash; token_fd token, variant plain, unprivileged_bpf_disabled 2
  bpf(): the kernel says EPERM, the model says ok
  the model's reason: allowed, every permission check passed; the token was used
  the hot path says as the model
    ✓ bpf_token_get_from_fd: `);
    expect(stdout).toMatch(/\n1 disagreement\n$/);
  });

  test('another profile shows what changed between two kernels', async () => {
    const path = written('btf.ndjson', [
      use('ok', { cmd: 'btf_get_fd_by_id', cmd_nr: 19, caller: caller(['SYS_ADMIN']) }),
    ]);
    expect((await inProcess(['replay', path])).code).toBe(0);
    const { code, stdout } = await inProcess(['replay', path, '--profile', 'linux-6.12', '--json']);
    expect(code).toBe(1);
    const found = JSON.parse(stdout);
    expect(found.disagreement_kinds).toEqual({ 'btf_get_fd_by_id: the kernel says ok, the model says EINVAL': 1 });
    expect(found.disagreements).toMatchObject([
      {
        file: path,
        line: 1,
        profile: 'linux-6.12',
        differences: [{ what: 'bpf()', kernel: 'ok', model: 'EINVAL' }],
        model: { verdict: 'denied', errno: 'EINVAL', reason: 'token_not_taken' },
        hot_path: { request: { errno: 'EINVAL' }, batch: { errno: 'EINVAL' } },
      },
    ]);
  });
});

test('bad input is told with its place', async () => {
  const broken = written('broken.ndjson', [use('ok'), '{"family":"use","kernel":7}']);
  const cut = join(FOLDER, 'cut.ndjson.gz');
  writeFileSync(cut, gzipSync('\n'.repeat(1000)).subarray(0, 25));
  const cases: [string[], string | RegExp][] = [
    [[broken], `${broken}:2:26: kernel: text is expected, not "7"\n`],
    [
      [written('good.ndjson', GOOD), join(FOLDER, 'none.ndjson')],
      /^cannot read .*none\.ndjson: no such file or directory/,
    ],
    [[FOLDER], /^cannot read .*: it is a directory/],
    [[written('x.ndjson', GOOD), '--profile', 'linux-6.99'], /^--profile linux-6\.99: .*did you mean/],
    [[written('old.ndjson', [use('ok', { kernel: '5.10.1' })])], /old\.ndjson:1:1: no profile for kernel 5\.10\.1/],
    [[cut], /^cannot read .*cut\.ndjson\.gz: it is no gzip file, or not all of one/],
    [[written('empty.ndjson', [])], /empty\.ndjson:1:1: a record is expected, .*; the file has none/],
    [[], /missing required argument 'file'/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await inProcess(['replay', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  }
});

test('ends with Ctrl-C: exit status 130', async () => {
  const line = JSON.stringify(mount([]));
  const path = written(
    'large.ndjson',
    Array.from({ length: 50_000 }, () => line),
  );
  const { code, stdout, stderr } = await bpftoken(['replay', path], { env: interruptedAfter(50) });
  expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'interrupted: no output was written\n' });
});
