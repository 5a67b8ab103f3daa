import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/text/printable.js';
import { inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const { file } = temporaryFiles('policy-answers');

const WORLD = `profile: linux-6.12
userns: { u: {} }
bpffs: { f: { userns: u, delegate_cmds: map_create, delegate_maps: hash } }
tasks: { a: {userns: u}, b: {userns: u}, c: {userns: u} }
tokens: { k: { bpffs: f } }
`;
const UNIT =
  '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=BPFMapCreate\nBPFDelegateMaps=BPFMapTypeHash\n';
const LXD = `architecture: x86_64
config:
  security.delegate_bpf: "true"
  security.delegate_bpf.cmd_types: map_create
  security.delegate_bpf.map_types: hash
  user.note: |
    profile: gold
name: c1
`;

/** Words of a command line, as a shell takes it apart. */
const wordsOf = (line: string) =>
  spawnSync('bash', ['-c', `printf '%s\\0' ${line}`])
    .stdout.toString()
    .split('\0')
    .slice(1, -1);

test('what changes beside the intended was told of the intended tasks', async () => {
  const before = file('before.yaml', WORLD);
  const after = file('after.yaml', WORLD.replaceAll('{userns: u}', '{userns: u, caps: [CAP_BPF]}'));
  const words = ['diff', before, after, '--intended', 'task=a token=k map_create map_type=hash'];
  const { stdout } = await inProcess(words);
  const besides = stdout.slice(stdout.indexOf('besides'));
  expect(besides).toContain('b, c with token k');
  expect(besides).not.toContain('a with token k');
  const { gained } = JSON.parse((await inProcess([...words, '--json'])).stdout);
  const ofTokens = gained.flatMap(({ members }: { members: { tokens: unknown; task_names: string[] }[] }) =>
    members.filter(({ tokens }) => tokens !== null).flatMap(({ task_names: names }) => names),
  );
  expect(ofTokens).toEqual(['b', 'c']);
});

test('a pattern with many stars took time that doubles with each', async () => {
  const name = 'a'.repeat(40);
  const path = file('stars.yaml', `profile: linux-6.12\ntasks: { ${name}: {} }\n`);
  const { code, stderr } = await inProcess(['never', path, `task=${'a*'.repeat(20)}b btf_load`]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('unknown task') });
  expect((await inProcess(['never', path, 'task=a*a**a btf_load'])).code).toBe(0);
});

test('a witness named what the kernel it is asked of has no name for', async () => {
  const { stdout } = await inProcess(['diff', 'examples/fleet.yaml', '--against-profile', 'linux-7.3', '--json']);
  const { gained, lost } = JSON.parse(stdout) as Record<string, { first: { command: string } }[]>;
  const check = async (groups: typeof gained, code: number) => {
    for (const { first } of groups ?? [])
      expect([first.command, (await inProcess(wordsOf(first.command))).code]).toEqual([first.command, code]);
  };
  await check(gained, 0);
  await check(lost, 0);
  expect((gained ?? []).length).toBeGreaterThan(0);
  const fleet = readFileSync('examples/fleet.yaml', 'utf8');
  const later = file('later.yaml', fleet.replace('profile: linux-6.12', 'profile: linux-7.3'));
  const arrays = 'map_create map_type=insn_array';
  const { code, stdout: told } = await inProcess(['equivalent', 'examples/fleet.yaml', later, arrays]);
  const commands = [...told.matchAll(/^ +(bpftoken check .*)$/gm)].map(([, command]) => command as string);
  const codes = await Promise.all(commands.map(async (command) => (await inProcess(wordsOf(command))).code));
  // The older kernel has no such map type, and is asked by its number: it refuses it.
  expect([code, codes]).toEqual([1, [1, 0]]);
});

test('a file of another tool with a word of scenarios in it was taken for a scenario', async () => {
  const path = file('instance.yaml', LXD);
  for (const more of [[], ['--dialect', 'lxd']]) {
    const { code, stdout } = await inProcess(['who-can', path, 'map_create map_type=hash token!=none', ...more]);
    expect([more, code, stdout]).toEqual([more, 0, expect.stringContaining('process with token token')]);
  }
});

test('a token that a file of another tool calls none was taken for no token', async () => {
  const path = file('none.yaml', LXD.replace('name: c1', 'name: none'));
  const { stdout } = await inProcess(['who-can', path, 'map_create map_type=hash', '--json']);
  const { refused } = JSON.parse(stdout) as { refused: { first: { command: string; token: string | null } }[] };
  expect(refused.map(({ first }) => first.token)).toEqual([null]);
  expect((await inProcess(wordsOf(refused[0]?.first.command ?? ''))).code).toBe(1);
});

test.each([
  ['keys in another order', '{"userns":{"a":{}},"profile":"linux-6.12","tasks":{"t":{"userns":"a"}}}'],
  ['keys in another order, on lines', '{\n  "userns": {"a": {}},\n  "profile": "linux-6.12"\n}'],
  ['flow style', '{userns: {a: {}}, profile: linux-6.12}'],
  ['a byte order mark', '\ufeffprofile: linux-6.12\n'],
  ['indented keys', '# c\n  userns: { a: {} }\n  profile: linux-6.12\n'],
])('lint did not know a scenario: %s', async (_, text) => {
  const { code, stdout } = await inProcess(['lint', file('scenario.yaml', text)]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'nothing found in 1 file\n' });
});

test('a finding of an alias was placed in another bpffs, and told twice', async () => {
  const path = file(
    'alias.yaml',
    `profile: linux-6.12
userns: { a: {} }
bpffs:
  # bpftoken-disable dead-command: known
  one: { userns: a, delegate_cmds: &c [btf_load, prog_attach] }
  two: { userns: a, delegate_cmds: *c }
`,
  );
  const { findings, disabled } = JSON.parse((await inProcess(['lint', path, '--json'])).stdout);
  expect(disabled).toHaveLength(1);
  expect(findings.map(({ code, line, column }: Record<string, unknown>) => [code, line, column])).toEqual([
    ['dead-command', 6, 36],
  ]);
});

test('one mistaken scenario kept lint from telling what others have', async () => {
  const good = file('dead.yaml', 'profile: linux-6.12\nbpffs: { f: { delegate_cmds: [prog_attach] } }\n');
  const bad = file('bad.yaml', 'profile: linux-6.12\ntsks: {}\n');
  const { code, stdout, stderr } = await inProcess(['lint', bad, good]);
  expect(code).toBe(2);
  expect(stdout).toContain('[dead-command]');
  expect(stderr).toContain('unknown key "tsks"');
});

test('options for a file of another tool were refused beside a scenario', async () => {
  const scenario = file('world.yaml', WORLD);
  const unit = file('web.service', UNIT);
  for (const paths of [
    [scenario, unit],
    [unit, scenario],
  ]) {
    const { code, stderr } = await inProcess(['diff', ...paths, '--kernel', 'linux-6.12']);
    expect([code, stderr]).toEqual([1, expect.not.stringContaining('--kernel is for files')]);
  }
  expect((await inProcess(['diff', scenario, scenario, '--kernel', 'linux-6.12'])).code).toBe(2);
});

test('an option that says what the file says was ignored without a word', async () => {
  const unit = file('caps.service', UNIT);
  const { stderr } = await inProcess(['who-can', unit, 'map_create', '--caps', 'none']);
  expect(stderr).toContain('--caps is not used: the file says it');
});

test('a task option that is a pattern was taken as one', async () => {
  const path = file('task.yaml', WORLD);
  for (const name of ['a token=none', 'a prog_load', '']) {
    expect((await inProcess(['what-can', path, '--task', name])).code).toBe(2);
  }
});

test('token=none left out token_create', async () => {
  const path = file('create.yaml', WORLD.replace('a: {userns: u}', 'a: {userns: u, caps: all}'));
  expect((await inProcess(['never', path, 'task=a token=none token_create'])).code).toBe(1);
  expect((await inProcess(['never', path, 'task=a token!=none token_create'])).code).toBe(2);
});

test.each([
  ['constructor=1', 'unknown key "constructor"'],
  ['__proto__=1', 'unknown key "__proto__"'],
  ['prog_load,', 'a value of cmd is empty'],
  [',prog_load', 'a value of cmd is empty'],
  ['', 'it is empty'],
  ['prog-type=xpd', 'did you mean "xdp"?'],
])('the pattern %j passed without a word', async (pattern, told) => {
  const { code, stderr } = await inProcess(['never', 'examples/fleet.yaml', pattern]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(told) });
});

test('a name that differs in normalization alone was its own nearest name', async () => {
  const path = file('käfer.yaml', 'profile: linux-6.12\ntasks: { käfer: {} }\n'.normalize('NFC'));
  const { stderr } = await inProcess(['never', path, 'task=käfer btf_load'.normalize('NFD')]);
  expect(stderr).toContain('normalization form C (NFC)');
});

test('a word with characters that do not show was no word of a shell', () => {
  for (const word of ['d\nx/a.yaml', "a\u001b[1m'b\\c", 'x\u202ey', 'é\u200b']) {
    const [read] = wordsOf(`x ${shellWord(word)}`);
    expect(read).toBe(word);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left.
    expect(shellWord(word)).not.toMatch(/[\u0000-\u001f\u202e\u200b]/);
  }
});
