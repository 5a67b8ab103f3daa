import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bpftoken, inProcess } from './run_cli.js';

const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-broken-'));
afterAll(() => rmSync(temporary, { recursive: true }));

const HEAD = 'profile: linux-6.12\n';
const nested = Array.from({ length: 34 }, (_, i) => `  n${i + 1}: { parent: ${i === 0 ? 'init' : `n${i}`} }\n`).join(
  '',
);

/** A scenario that cannot be used, and where and how the one message says so. */
const BROKEN: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  [
    'a misspelt program type',
    `${HEAD}tasks: { t: {} }\nrequests:\n  - { task: t, cmd: prog_load, prog_type: kprob }\n`,
    /:4:\d+: .*kprob.*kprobe/,
  ],
  [
    'an undefined namespace',
    `${HEAD}tasks:\n  t: { userns: contaner }\nuserns:\n  container: {}\n`,
    /:3:\d+: .*contaner.*container/,
  ],
  ['a namespace cycle', `${HEAD}userns:\n  a: { parent: b }\n  b: { parent: a }\n`, /:[34]:\d+: .*circle: a -> b -> a/],
  ['namespaces nested past the limit', `${HEAD}userns:\n${nested}`, /:36:\d+: .*(33|ENOSPC)/],
  [
    'a mask wider than 64 bits',
    `${HEAD}bpffs:\n  fs:\n    delegate_cmds: 0x10000000000000000\ntokens: {}\n`,
    /:4:\d+: .*64/,
  ],
  ['an unknown key', `${HEAD}taskz: {}\n`, /:2:1: .*taskz.*tasks/],
  ['no profile', 'tasks: { t: {} }\n', /:1:1: .*profile/],
  ['tabs in YAML', `${HEAD}tasks:\n\tt: {}\n`, /:3:1: .*tab/i],
  ['an empty file', '', /:1:1: .*empty/],
  ['a 50 MB file', `${HEAD}${'# padding padding padding padding\n'.repeat(1_500_000)}`, /too large/],
];

describe('broken input: one clear message and exit status 2', () => {
  test.each(BROKEN)('%s', async (what, text, message) => {
    const file = join(temporary, `${what.replaceAll(/\W+/g, '-')}.yaml`);
    writeFileSync(file, text);
    for (const args of [
      ['test', file],
      ['eval', file, '--generate', '10'],
      ['check', file, '--task', 't', '--cmd', 'btf_load'],
    ]) {
      const { code, stdout, stderr } = await inProcess(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr.startsWith(file)).toBe(true);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  test('on standard input too', async () => {
    const { code, stderr } = await bpftoken(['test', '-'], { stdin: 'profil: v12\n' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^<stdin>:1:1: /);
  });
});
