import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { vocabularyDifference } from '../../src/conformance/vocabulary_difference.js';
import { type Host, needKernel } from '../../src/host/requirements.js';
import { ENUM_KINDS, type Vocabulary, vocabularyOf } from '../../src/kernel/vocabulary.js';
import { expectValid } from './json_schema_files.js';
import { bpftoken, inProcess } from './run_cli.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'bpftoken-probe-test-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const ABLE: Host = {
  platform: 'linux',
  release: '6.12.3-amd64',
  euid: 0,
  uidMap: '         0          0 4294967295\n',
  status: 'Name:\tnode\nCapEff:\t000001ffffffffff\n',
};

describe('what is missing is said', () => {
  test('nothing is, for root of a machine with tokens', () => {
    expect(() => needKernel(ABLE)).not.toThrow();
    expect(() => needKernel({ ...ABLE, release: '7.10.0' })).not.toThrow();
  });

  test.each<[Partial<Host>, RegExp]>([
    [{ platform: 'darwin' }, /a Linux kernel is needed, and this is darwin/],
    [{ release: '5.15.0-91-generic' }, /Linux 5\.15\.0-91-generic has no BPF tokens: they came with 6\.9/],
    [{ release: '6.8.12' }, /they came with 6\.9/],
    [{ euid: 1000 }, /root is needed/],
    [{ uidMap: '0 1000 1\n' }, /root of a user namespace/],
    [{ status: 'CapEff:\t00000000a80425fb\n' }, /CAP_SYS_ADMIN is needed/],
  ])('%j', (lacking, words) => {
    expect(() => needKernel({ ...ABLE, ...lacking })).toThrow(words);
  });

  test('by the command: the profile, the number of cases', async () => {
    expect(await inProcess(['probe', '--profile', 'linux-6.18x'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean linux-6.18?'),
    });
    expect(await inProcess(['probe', '--cases', '0'])).toMatchObject({ code: 2, stdout: '' });
  });
});

/** A release's vocabulary, as a kernel's own BTF has it. */
function asBtf(vocabulary: Vocabulary) {
  const words = ENUM_KINDS.map((kind) => [
    kind,
    Object.fromEntries(vocabulary.enumerators[kind].map(({ name, value }) => [name, value])),
  ]);
  return Object.fromEntries(words);
}

test('a kernel that was given more than its release has, or less, is told by the names', () => {
  const [older, newer] = [vocabularyOf('6.16'), vocabularyOf('7.3')];
  expect(vocabularyDifference(asBtf(newer), newer)).toEqual({ added: [], missing: [] });
  const { added, missing } = vocabularyDifference(asBtf(newer), older);
  expect(added.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
  expect(vocabularyDifference(asBtf(older), newer)).toEqual({ added: [], missing: added });
});

describe.runIf(process.env.PROBE === 'live')(`this machine's own kernel, ${release()}`, () => {
  const trace = (): string[] => [
    ...readdirSync(tmpdir()).filter((name) => name.startsWith('bpftoken-probe-') && !FOLDER.endsWith(name)),
    ...(existsSync('/sys/fs/cgroup') ? readdirSync('/sys/fs/cgroup') : []),
  ];

  test('agrees with the model, and nothing outlives the question', async () => {
    const before = trace();
    const out = join(FOLDER, 'live.ndjson.gz');
    const { code, stdout, stderr } = await bpftoken(['probe', '--json', '--out', out]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ kernel: release(), disagreed: 0 });
    expect(found.cases).toBeGreaterThanOrEqual(2000);
    expect(trace()).toEqual(before);

    const again = JSON.parse((await bpftoken(['replay', '--json', out])).stdout);
    expectValid('probe', found);
    const { kernel: _, profile, is_other_profile, vocabulary, notes, ...counts } = found;
    expect(again).toEqual({ ...counts, schema: 'bpf-token-sim/replay/1' });
  });

  test('another release than the running one does not', async () => {
    const { code, stdout } = await bpftoken(['probe', '--profile', 'v12']);
    expect(code).toBe(1);
    expect(stdout).toContain('(not its own profile)');
    expect(stdout).toContain('DISAGREED');
  });
});
