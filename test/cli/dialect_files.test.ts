import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inProcess } from './run_cli.js';
import { temporaryFiles } from './temporary_files.js';

const { folder, file } = temporaryFiles('files');

const UNIT = '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=BPFProgLoad\n';
const XDP = 'BPFDelegatePrograms=BPFProgTypeXdp\nBPFDelegateAttachments=BPFXdp\n';

describe('drop-ins', () => {
  test('a unit that a scenario names brings its drop-ins, as one that is read itself', async () => {
    const unit = file('a/web.service', UNIT + XDP);
    const request = ['--prog-load', 'xdp', '--expected-attach-type', 'xdp'];
    const scenario = file(
      'a/scenario.yaml',
      'profile: linux-6.12\nuserns: {web: {parent: init, owner: 100000}}\nbpffs: {web: {from: web.service, userns: web}}\n' +
        'tokens: {web: {bpffs: web, creator: agent}}\ntasks: {agent: {userns: web, euid: 0, caps: all}}\n',
    );
    const asked = async () => [
      (await inProcess(['check', unit, '--kernel', '6.12', ...request])).code,
      (await inProcess(['check', scenario, '--task', 'agent', '--token', 'web', ...request])).code,
    ];
    expect(await asked()).toEqual([0, 0]);
    file('a/web.service.d/1.conf', '[Service]\nBPFDelegatePrograms=BPFProgTypeKprobe\n');
    expect(await asked()).toEqual([1, 1]);
  });

  test('a folder and a link that leads nowhere are passed over, as systemd does', async () => {
    const unit = file('b/web.service', UNIT);
    file('b/web.service.d/30.conf', '[Service]\nBPFDelegateCommands=BPFBtfLoad\n');
    mkdirSync(join(folder, 'b/web.service.d/10.conf'));
    symlinkSync('/nonexistent', join(folder, 'b/web.service.d/20.conf'));
    const { code, stdout } = await inProcess(['read', unit, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).readings[0].delegations[0].masks.cmds.names).toEqual(['btf_load']);
  });

  test('a drop-in that is given too is read once, however it is spelled', async () => {
    const unit = file('c/web.service', UNIT);
    const dropIn = file('c/web.service.d/30.conf', '[Service]\nBPFDelegateMaps=any\n');
    const { stdout } = await inProcess(['lint', unit, dropIn.replace('/c/', '/c/../c/'), unit]);
    expect(stdout).toContain('in 2 files\n');
    expect(stdout).not.toContain('later-assignment-replaces');
  });
});

describe('lint', () => {
  test('a profile that two instances share is counted and told of once', async () => {
    const instance = (name: string) => `config: {}\nprofiles:\n- agent\nname: ${name}\n`;
    const profile = file('agent.yaml', 'config:\n  security.bpffs.delegate_cmds: map_creat\nname: agent\n');
    const paths = [file('i1.yaml', instance('i1')), file('i2.yaml', instance('i2')), profile];
    const { stdout } = await inProcess(['lint', ...paths]);
    expect(stdout.match(/misspelt-name/g)).toHaveLength(1);
    expect(stdout).toContain('1 error in 3 files\n');
    const fixed = await inProcess(['lint', ...paths, '--fix']);
    expect(fixed.stdout.match(/fixed: misspelt-name/g)).toHaveLength(1);
    expect(readFileSync(profile, 'utf8')).toContain('delegate_cmds: map_create\n');
  });

  test('--fix writes no file that can no longer be read: a key that is there, and keys in braces', async () => {
    const twice = file(
      'twice.yaml',
      'config:\n  security.bpffs.delegate_cmds: map_create\n  security.bpffs.delegate_cmd: prog_load\n',
    );
    const braces = file(
      'braces.yaml',
      'config: {\n  security.delegate_bpf.cmd_types: prog_load,\n  security.delegate_bpf.prog_types: xdp\n}\n',
    );
    for (const path of [twice, braces]) {
      const before = readFileSync(path, 'utf8');
      const { code, stdout } = await inProcess(['lint', path, '--fix']);
      expect([code, readFileSync(path, 'utf8')]).toEqual([1, before]);
      expect(stdout).not.toContain('fixed');
    }
  });

  test('--fix keeps the line ends of a file', async () => {
    const path = file('crlf.yaml', 'config:\r\n  security.delegate_bpf.cmd_types: map_create\r\n');
    await inProcess(['lint', path, '--fix']);
    expect(readFileSync(path, 'utf8')).toBe(
      'config:\r\n  security.delegate_bpf: "true"\r\n  security.delegate_bpf.cmd_types: map_create\r\n',
    );
  });

  test('--fix does not widen a mask to any', async () => {
    const text = 'delegate_cmds=0xffffffff,delegate_maps=0xff\n';
    const path = file('wide.options', text);
    const { stdout } = await inProcess(['lint', path, '--fix']);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(stdout.match(/mask-taken-for-all/g)).toHaveLength(1);
    const all = file('all.options', 'delegate_progs=ANY,delegate_cmds=all\n');
    await inProcess(['lint', all, '--fix']);
    expect(readFileSync(all, 'utf8')).toBe('delegate_progs=ANY,delegate_cmds=all\n');
  });

  test('the v12 series takes no names: that is said, and nothing is mended', async () => {
    const path = file('v.options', 'delegate_cmds=prog_load,delegate_maps=0x2\n');
    const { stdout } = await inProcess(['lint', path, '--fix', '--kernel', 'v12']);
    expect(stdout).toContain('v12 takes one number, or any; names came with linux-6.9');
    expect(stdout).not.toContain('fixed');
  });

  test('--fix of a list with config and expanded_config mends config', async () => {
    const own = '{"security.bpffs.delegate_cmds":"map_creat"}';
    const path = file('list.json', `[{"name":"c1","config":${own},"expanded_config":${own}}]\n`);
    await inProcess(['lint', path, '--fix']);
    expect(readFileSync(path, 'utf8')).toContain('"config":{"security.bpffs.delegate_cmds":"map_create"}');
  });

  test('of a long line the part around a finding is shown', async () => {
    const path = file('long.options', `delegate_cmds=${Array(2000).fill('prog_load').join(',')}\n`);
    const { code, stdout } = await inProcess(['lint', path]);
    expect(code).toBe(1);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(400);
    expect(stdout).toMatch(/\n {2}1 \| \.\.\.\S+\.\.\.\n {4}\| +\^{9} --fix mends this\n/);
  });

  test('a token that is there is looked at as a bpffs is', async () => {
    const masks = 'allowed_cmds:\t0x20\nallowed_maps:\t0x0\nallowed_progs:\t0x0\nallowed_attachs:\t0x0\n';
    const { stdout } = await inProcess(['lint', file('fdinfo', masks)]);
    expect(stdout).toContain('[command-without-types]');
  });

  test('SARIF: a path is a URI', async () => {
    const { stdout } = await inProcess(['lint', file('a#b c.options', 'delegate_cmds=prog_lod'), '--sarif']);
    const { uri } = JSON.parse(stdout).runs[0].results[0].locations[0].physicalLocation.artifactLocation;
    expect(uri.endsWith('/a%23b%20c.options')).toBe(true);
  });
});

test('a file of which no line is of the format that is named fails', async () => {
  const path = file('bin', 'nothing\nof the kind\n');
  for (const format of ['fdinfo', 'systemctl-show', 'systemd-run', 'incus-command', 'lxd-command', 'mount-command']) {
    const { code, stdout } = await inProcess(['lint', path, '--dialect', format]);
    expect([format, code]).toEqual([format, 2]);
    expect(stdout).toContain(`bin:1:1: error: no line of the file is of the format ${format}`);
  }
});

test('what bpftool before 7.8 prints is told', async () => {
  const { code, stdout } = await inProcess(['read', file('tokens.json', 'null\n')]);
  expect([code, stdout]).toEqual([2, expect.stringContaining('bpftool before 7.8 has no such command')]);
});

describe('convert', () => {
  const converted = async (text: string, to: string) => {
    const { code, stdout, stderr } = await inProcess(['convert', file('convert.service', text), '--to', to]);
    return { code, stdout, stderr };
  };

  test('the network namespace is part of what is written, or what cannot be said', async () => {
    const own = await converted(`${UNIT}PrivateNetwork=yes\n`, 'systemd');
    expect(own.stdout).toContain('PrivateNetwork=yes\n');
    expect((await converted(`${UNIT}PrivateNetwork=yes\n`, 'incus')).code).toBe(0);
    const host = await converted(UNIT, 'incus');
    expect([host.code, host.stderr]).toEqual([2, expect.stringContaining('a network namespace of its own')]);
  });

  test('a user keeps its name, and a dynamic one stays dynamic', async () => {
    expect((await converted(`${UNIT}User=bob\n`, 'systemd')).stdout).toContain('User=bob\n');
    const { stdout } = await converted(`${UNIT}DynamicUser=yes\nAmbientCapabilities=CAP_BPF\n`, 'systemd');
    expect(stdout).toContain('DynamicUser=yes\nAmbientCapabilities=CAP_BPF\n');
    expect(stdout).not.toContain('User=6');
  });

  test('a process in another user namespace than the bpffs', async () => {
    const text = UNIT.replace('DelegateNamespaces=mnt', 'PrivateUsers=yes');
    const { stdout } = await converted(text, 'systemd');
    expect(stdout).toContain('PrivateUsers=yes\n');
    expect(stdout).not.toContain('DelegateNamespaces=');
    for (const to of ['mount', 'mount-options']) {
      expect((await converted(text, to)).stderr).toContain('the process runs in another user namespace');
    }
  });
});
