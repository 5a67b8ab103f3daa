import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bpftoken, inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const { folder, file } = temporaryFiles('dialects');

const UNIT = '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\n';
const MASKS =
  'BPFDelegateCommands=BPFProgLoad,BPFBtfLoad\nBPFDelegatePrograms=BPFProgTypeSocketFilter\nBPFDelegateAttachments=BPFCgroupInetIngress\n';

describe('read', () => {
  test('shows what becomes of each line, with the warnings below their lines', async () => {
    const path = file('a.service', `${UNIT}BPFDelegateCommands=prog_load\nNice=5\n`);
    const { code, stdout } = await inProcess(['read', path, '--annotate', '--kernel', '6.12']);
    expect(code).toBe(0);
    expect(stdout).toContain('5  warning     BPFDelegateCommands= | BPFDelegateCommands=prog_load\n');
    expect(stdout).toMatch(/\n +\| +\^ BPFDelegateCommands: systemd leaves out "prog_load": it takes "BPFProgLoad"\n/);
    expect(stdout).toContain('6  irrelevant  other_setting        | Nice=5\n');
    expect(stdout).toContain('other_setting: a setting that changes nothing about a delegation\n');
  });

  test('--counts counts files and lines by format', async () => {
    const unit = file('counted.service', `${UNIT}BPFDelegateCommands=prog_load\nNice=5\n`);
    const paths = [unit, file('counted.options', 'delegate_cmds=any'), file('other.options', 'delegate_cmds=any')];
    const { code, stdout } = await inProcess(['read', ...paths, '--counts']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ +/))).toEqual([
      ['format', 'files', 'passed', 'partly', 'failed', 'lines', 'understood', 'irrelevant', 'warning'],
      ['systemd-unit', '1', '0', '1', '0', '6', '4', '1', '1'],
      ['mount-options', '2', '2', '0', '0', '2', '2', '0', '0'],
      ['all', '3', '2', '1', '0', '8', '6', '1', '1'],
      [''],
    ]);
    const { counts } = JSON.parse((await inProcess(['read', ...paths, '--json'])).stdout);
    expect(counts.map(({ format, files }: { format: string; files: number }) => [format, files])).toEqual([
      ['systemd-unit', 1],
      ['mount-options', 2],
    ]);
  });

  test('exit status 2 for a file that is not of its format, 0 for one with warnings', async () => {
    expect((await inProcess(['read', file('b.json', '[{'), '--dialect', 'bpftool-tokens-json'])).code).toBe(2);
    expect((await inProcess(['read', file('b.options', 'delegate_map=any,delegate_cmds=any')])).code).toBe(0);
    const { code, stderr } = await inProcess(['read', file('b.txt', 'nothing of the kind\n')]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('the format is not known by the content; name it (--dialect)'),
    ]);
  });

  test('a unit brings the drop-ins beside it, in the order of their names', async () => {
    const unit = file('c.service', `${UNIT}BPFDelegateCommands=BPFMapCreate\n`);
    file('c.service.d/20-b.conf', '[Service]\nBPFDelegateCommands=BPFProgLoad\n');
    file('c.service.d/10-a.conf', '[Service]\nBPFDelegateCommands=BPFBtfLoad\n');
    file('c.service.d/30-c.txt', '[Service]\nBPFDelegateCommands=any\n');
    const { readings } = JSON.parse((await inProcess(['read', unit, '--json'])).stdout);
    expect(readings[0].files.map((one: { file: string }) => one.file.slice(folder.length + 1))).toEqual([
      'c.service',
      'c.service.d/10-a.conf',
      'c.service.d/20-b.conf',
    ]);
    expect(readings[0].delegations[0].masks.cmds.names).toEqual(['prog_load']);
  });
});

describe('lint', () => {
  test('--fix mends a file in place, and says what; a second time nothing changes', async () => {
    const path = file(
      'd.service',
      `${UNIT}BPFDelegateCommands=BPFBtfLoad, BPFProgLoad\n${MASKS.split('\n').slice(1).join('\n')}`,
    );
    const first = await bpftoken(['lint', path, '--fix']);
    expect(first.stdout).toBe(`${path}:5:32: fixed: space-in-list\nnothing found in 1 file\n`);
    expect(first.code).toBe(0);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('BPFDelegateCommands=BPFBtfLoad,BPFProgLoad\n');
    expect((await bpftoken(['lint', path, '--fix'])).stdout).toBe('nothing found in 1 file\n');
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('exit status 1 for findings, 0 for suggestions alone; a disabled one is told with its reason', async () => {
    const table = (comment: string) => `${comment}none /p bpf delegate_cmds=btf_load 0 0\n`;
    const found = await inProcess(['lint', file('e.fstab', table(''))]);
    expect([found.code, found.stdout]).toEqual([1, expect.stringContaining('[initial-namespace]')]);
    const disabled = await inProcess([
      'lint',
      file('f.fstab', table('# bpftoken-disable initial-namespace: a test mounts it\n')),
    ]);
    expect([disabled.code, disabled.stdout]).toEqual([
      0,
      expect.stringContaining('disabled: initial-namespace: a test mounts it\nnothing found'),
    ]);
  });

  test('--fix does not take standard input; SARIF names rules, places and fixes', async () => {
    expect((await bpftoken(['lint', '-', '--fix'], { stdin: 'x' })).code).toBe(2);
    const { stdout } = await inProcess(['lint', file('g.options', 'delegate_maps=hahs'), '--sarif']);
    const { version, runs } = JSON.parse(stdout);
    expect(version).toBe('2.1.0');
    const [result] = runs[0].results;
    expect(runs[0].tool.driver.rules[result.ruleIndex].id).toBe('misspelt-name');
    expect(result.locations[0].physicalLocation.region).toEqual({ startLine: 1, startColumn: 15, endColumn: 19 });
    expect(result.fixes[0].artifactChanges[0].replacements[0].insertedContent.text).toBe('hash');
  });
});

describe('a file of another tool in place of a scenario', () => {
  test('check: the process makes the token itself, and has the answer of a scenario with the same masks', async () => {
    const path = file('h.service', UNIT + MASKS);
    const allowed = await inProcess(['check', path, '--kernel', '6.12', '--prog-load', 'socket_filter']);
    expect([allowed.code, allowed.stdout.split('\n')[0]]).toEqual([0, 'ALLOWED on linux-6.12']);
    const denied = await inProcess(['check', path, '--kernel', '6.12', '--prog-load', 'xdp']);
    expect([denied.code, denied.stdout]).toEqual([
      1,
      expect.stringContaining('the token was dropped: it does not allow the type'),
    ]);
    const { stdout } = await inProcess(['convert', path, '--to', 'scenario', '--kernel', '6.12']);
    const same = await inProcess([
      'check',
      file('h.yaml', stdout),
      '--task',
      'h.service',
      '--token',
      'h.service',
      '--prog-load',
      'xdp',
    ]);
    expect(same.stdout).toBe(denied.stdout);
  });

  test('where no token can be made, that is said, and the request is decided without it', async () => {
    const path = file('i.service', `[Service]\nPrivateBPF=yes\nPrivateUsers=yes\n${MASKS}`);
    const { code, stdout, stderr } = await inProcess(['check', path, '--btf-load']);
    expect(code).toBe(1);
    expect(stdout).toContain('with no token');
    expect(stderr).toContain('the process has no token: token i.service cannot be made: EPERM');
    const create = await inProcess(['check', path, '--token-create']);
    expect([create.code, create.stdout]).toEqual([1, expect.stringContaining('DENIED with EPERM')]);
  });

  test('of several delegations one is named; a fact that a scenario has itself is refused', async () => {
    const path = file('j.mounts', 'none /a bpf rw,delegate_cmds=any 0 0\nnone /b bpf rw,delegate_cmds=btf_load 0 0\n');
    const several = await inProcess(['check', path, '--btf-load']);
    expect([several.code, several.stderr]).toEqual([2, expect.stringContaining('name one with --delegation: /a, /b')]);
    expect((await inProcess(['check', path, '--btf-load', '--delegation', '/b'])).code).toBe(0);
    const unknown = await inProcess(['check', path, '--btf-load', '--delegation', '/c']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no delegation /c')]);
    const scenario = await inProcess(['check', 'examples/fleet.yaml', '--btf-load', '--task', 'web', '--owner', 'own']);
    expect([scenario.code, scenario.stderr]).toEqual([
      2,
      expect.stringContaining('--owner is for files of other tools'),
    ]);
  });

  test('matrix, eval, generate and bench take it too', async () => {
    const path = file('k.service', UNIT + MASKS);
    for (const args of [
      ['matrix', path],
      ['eval', path, '--generate', '100'],
      ['generate', path, '--rows', '3'],
      ['bench', path, '--for', '20ms', '--rows', '1000', '--workers', '1'],
    ]) {
      expect((await inProcess(args)).code, args.join(' ')).toBe(0);
    }
  });
});

test('convert names all that the target cannot say', async () => {
  const path = file('l.options', 'uid=7,delegate_cmds=0x8000000000000000,delegate_progs=netfilter');
  const { code, stdout, stderr } = await inProcess(['convert', path, '--to', 'systemd']);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('systemd cannot say it: uid=, gid= and mode= of the bpffs are not settings\n');
  expect(stderr).toContain('systemd cannot say it: systemd 262 has no name for the command 63\n');
  expect(stderr).toContain('systemd cannot say it: systemd 262 has no name for the program type netfilter\n');
});
