import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';

const yaml = (config: string, rest = '') => ({ file: 'web.yaml', text: `config:\n${config}${rest}` });
const codes = (source: { file: string; text: string }) =>
  readDelegations(source).files.flatMap(({ warnings }) =>
    warnings.map(({ code, line, column }) => `${code} ${line}:${column}`),
  );
const only = (source: { file: string; text: string }) => readDelegations(source).delegations[0];

describe('Incus', () => {
  test.each<readonly [value: string, bits: bigint, warnings: readonly string[], starts: boolean]>([
    ['map_create, prog_load', 0x21n, [], true],
    ['map_create,, ,prog_load,', 0x21n, [], true],
    ['map_create:prog_load', 0x21n, [], true],
    ['any', MASK_ANY, [], true],
    ['""', 0n, [], true],
    ['"0x21"', 0x21n, [], true],
    ['0x21', 0x21n, [], true],
    ['map_create,\u0085prog_load\u00a0', 0x21n, [], true],
    // Go does not take it for white space.
    ['map_create,\ufeffprog_load', 0n, ['name-with-prefix 2:44'], false],
    ['" , "', 0n, [], true],
    ['map_create,0x20', 0x20n, ['number-replaces-names 2:33'], true],
    ['map_create, prog_lod', 0n, ['misspelt-name 2:45'], false],
    ['BPF_MAP_CREATE', 0n, ['name-with-prefix 2:33'], false],
    ['xdp', 0n, ['name-of-other-mask 2:33'], false],
  ])('%j: split at commas, trimmed, joined by colons, and given to the kernel', (value, bits, warnings, starts) => {
    const source = yaml(`  security.bpffs.delegate_cmds: ${value}\n  security.bpffs.delegate_maps: any\n`);
    expect(codes(source)).toEqual(warnings);
    expect(only(source)?.masks.cmds.bits).toBe(bits);
    expect(only(source)?.unusable === undefined).toBe(starts);
    expect(only(source)).toMatchObject({ owner: 'own', path: '/sys/fs/bpf', network: 'own' });
  });

  test('a privileged container and a virtual machine get no bpffs', () => {
    const config = '  security.bpffs.delegate_cmds: any\n';
    expect(only(yaml(`${config}  security.privileged: "True"\n`))?.unusable).toContain(
      'mounts no bpffs for a privileged container',
    );
    const machine = yaml(config, 'type: virtual-machine\n');
    expect(only(machine)?.unusable).toContain('a kernel of its own');
    expect(codes(machine)).toEqual(['virtual-machine 2:3']);
  });

  test('a path that is not absolute and a boolean that is none are refused when they are set', () => {
    const config = '  security.bpffs.delegate_cmds: any\n';
    for (const [key, value, at] of [
      ['security.bpffs.path', 'run/bpf', '3:24'],
      ['security.privileged', 'maybe', '3:24'],
    ]) {
      const source = yaml(`${config}  ${key}: ${value}\n`);
      expect(codes(source)).toEqual([`refused-value ${at}`]);
      expect(only(source)?.unusable).toContain(`Incus refuses "${value}" for ${key}`);
    }
    expect(only(yaml(`${config}  security.privileged: "No"\n`))?.unusable).toBeUndefined();
  });

  test.each([
    ['deny', 'ptrace\n    bpf errno 1', true],
    ['blacklist', 'bpf', true],
    ['deny', 'bpf_x', false],
    ['allow', 'read\n    write', true],
    ['allow', 'bpf', false],
  ])('a filter of system calls: %s %j', (key, list, isFiltered) => {
    const source = yaml(`  security.bpffs.delegate_cmds: any\n  security.syscalls.${key}: |-\n    ${list}\n`);
    const found = codes(source).map((code) => code.split(' ')[0]);
    expect(found).toEqual(isFiltered ? ['bpf-is-filtered'] : []);
  });

  test('keys that there are none of, and those of LXD, are told', () => {
    const text =
      'config:\n  security.bpffs.delegate_cmd: any\n  security.delegate_bpf.cmd_types: any\n  security.bpffs.path: /p\n';
    const { files } = readDelegations({ file: 'f.yaml', text }, { format: 'incus' });
    expect(files[0]?.warnings.map(({ code, nearest }) => [code, nearest])).toEqual([
      ['unknown-key', 'security.bpffs.delegate_cmds'],
      ['key-of-other-tool', undefined],
    ]);
  });

  test('a key that is near to one of a delegation is told wherever its mistake is; others are not', () => {
    const keys = ['security.bpfs.delegate_cmds', 'security.bpffs_delegate_maps', 'Security.bpffs.path'];
    const others = ['user.bpffs.path', 'security.syscalls.intercept.bpf', 'limits.cpu'];
    const text = `config:\n${[...keys, ...others].map((key) => `  "${key}": any\n`).join('')}`;
    const { files } = readDelegations({ file: 'f.yaml', text }, { format: 'incus' });
    expect(files[0]?.warnings.map(({ line, column, nearest }) => [line, column, nearest])).toEqual([
      [2, 4, 'security.bpffs.delegate_cmds'],
      [3, 4, 'security.bpffs.delegate_maps'],
      [4, 4, 'security.bpffs.path'],
    ]);
  });
});

test('profiles come first, in order, and the instance takes their place; each bit keeps its file', () => {
  const instance = yaml('  security.bpffs.delegate_maps: hash\n', 'profiles: [a, b, gone]\nname: web\n');
  const profile = (name: string, config: string) => ({
    file: `${name}.yaml`,
    text: `config:\n${config}name: ${name}\n`,
  });
  const a = profile('a', '  security.bpffs.delegate_cmds: any\n  security.bpffs.delegate_maps: any\n');
  const b = profile('b', '  security.bpffs.delegate_cmds: prog_load\n  security.bpffs.path: /b\n');
  const { files, delegations } = readDelegations(instance, {}, [b, a]);
  expect(delegations).toHaveLength(1);
  expect(delegations[0]).toMatchObject({
    name: 'web',
    path: '/b',
    masks: { cmds: { bits: 0x20n, at: { file: 'b.yaml' } }, maps: { bits: 2n, at: { file: 'web.yaml' } } },
  });
  expect(files.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([['profile-not-given'], [], []]);
});

test('an empty value is not stored: that of the profile stays', () => {
  const instance = yaml('  security.bpffs.delegate_cmds: ""\n  security.bpffs.path:\n', 'profiles: [a]\nname: web\n');
  const text = 'config:\n  security.bpffs.delegate_cmds: any\n  security.bpffs.path: /p\nname: a\n';
  const { delegations } = readDelegations(instance, { format: 'incus' }, [{ file: 'a.yaml', text }]);
  expect(delegations).toMatchObject([{ name: 'web', path: '/p', masks: { cmds: { bits: MASK_ANY } } }]);
});

describe('other texts with instances and profiles', () => {
  const key = 'security.bpffs.delegate_cmds';

  test('a list, as list --format json prints it', () => {
    const list = [
      { name: 'a', type: 'container', profiles: ['default'], config: {}, expanded_config: { [key]: 'any' } },
      { name: 'b', type: 'virtual-machine', profiles: [], config: { [key]: 'prog_load' } },
    ];
    for (const text of [JSON.stringify(list), JSON.stringify(list, null, 2)]) {
      const { format, delegations } = readDelegations({ file: 'list.json', text });
      expect(format).toBe('incus');
      expect(delegations.map(({ name, masks }) => [name, masks.cmds.bits])).toEqual([
        ['a', MASK_ANY],
        ['b', 0x20n],
      ]);
      expect(delegations[1]?.unusable).toContain('virtual machine');
    }
  });

  test('the profiles of a preseed', () => {
    const text = `config:\n  core.https_address: :8443\nprofiles:\n- config:\n    ${key}: any\n  name: default\n- config:\n    ${key}: 1\n  name: b\n`;
    const { files, delegations } = readDelegations({ file: 'preseed.yaml', text });
    expect(files[0]?.status).toBe('passed');
    expect(delegations.map(({ name, masks }) => [name, masks.cmds.bits])).toEqual([
      ['default', MASK_ANY],
      ['b', 1n],
    ]);
  });

  test('an instance with its profiles, as a backup has them', () => {
    const text = `instance:\n  name: web\n  config: {}\n  profiles: [default, gone]\nprofiles:\n- name: default\n  config:\n    ${key}: any\n`;
    const { files, delegations } = readDelegations({ file: 'backup.yaml', text });
    expect(delegations).toMatchObject([{ name: 'web', masks: { cmds: { bits: MASK_ANY, at: { line: 8 } } } }]);
    expect(files[0]?.warnings.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([
      'profile-not-given 4:23',
    ]);
  });
});

describe('LXD', () => {
  test('the switch has to be true, and values are the kernel’s own', () => {
    const config = '  security.delegate_bpf.cmd_types: prog_load:map_create\n  security.delegate_bpf.map_types: 0x6\n';
    const on = only(yaml(`  security.delegate_bpf: "true"\n${config}`));
    expect(on).toMatchObject({ masks: { cmds: { bits: 0x21n }, maps: { bits: 6n } }, unusable: undefined });
    for (const off of ['', '  security.delegate_bpf: "false"\n', '  security.delegate_bpf: ""\n']) {
      expect(only(yaml(`${off}${config}`))?.unusable).toContain('is not true');
      expect(codes(yaml(`${off}${config}`))).toEqual([expect.stringMatching(/^switch-is-off /)]);
    }
    expect(
      only(yaml(`  security.delegate_bpf: "on"\n  security.delegate_bpf.cmd_types: map_create,prog_load\n`))?.unusable,
    ).toContain('EINVAL');
  });
});

test('command lines: each instance has its last values', () => {
  const text = [
    'incus launch images:debian/13 web -c security.bpffs.delegate_maps=hash,array # note',
    '$ sudo incus config set local:web security.bpffs.delegate_cmds map_create',
    "incus config set web 'security.bpffs.delegate_cmds=map_create, prog_load' \\",
    '  security.bpffs.path=/p',
    'incus profile set bpf security.bpffs.delegate_cmds=any',
    'incus config unset web security.bpffs.path',
    'incus list',
  ].join('\n');
  const { format, files, delegations } = readDelegations({ file: 'f', text });
  expect(format).toBe('incus-command');
  expect(files[0]?.status).toBe('passed');
  expect(files[0]?.lines.map(({ kind }) => kind)).toEqual([...Array(6).fill('understood'), 'irrelevant']);
  expect(delegations).toMatchObject([
    { name: 'web', path: '/sys/fs/bpf', masks: { cmds: { bits: 0x21n }, maps: { bits: 6n } } },
    { name: 'profile bpf', masks: { cmds: { bits: MASK_ANY } } },
  ]);
  expect(detectFormat('lxc config set c security.delegate_bpf=true\n')).toBe('lxd-command');
});

test('command lines: instances have the profiles that they are given, and copies the keys of what is copied', () => {
  const text = [
    'incus profile set default security.bpffs.delegate_cmds=map_create',
    'incus profile create bpf && incus profile set bpf security.bpffs.delegate_cmds=any security.bpffs.path=/p',
    'incus launch images:debian/13 a; incus launch images:debian/13 b -p default -p bpf',
    'incus launch images:debian/13 c --no-profiles -csecurity.bpffs.delegate_maps=hash --config=security.bpffs.path=/c',
    'incus copy c d --config security.bpffs.path=/d # && incus delete c',
    'incus profile assign c default,gone',
    'incus profile add d bpf',
    'incus profile remove d bpf',
    'incus launch images:debian/13 v --vm -p bpf',
    'incus config set a -p description=x',
    'for i in a b; do incus config set $i security.bpffs.path=/x; done',
  ].join('\n');
  const { files, delegations } = readDelegations({ file: 'f', text });
  const brief = delegations.map(({ name, path, masks }) => `${name} ${path} ${masks.cmds.bits} ${masks.maps.bits}`);
  expect(brief).toEqual(['a /sys/fs/bpf 1 0', `b /p ${MASK_ANY} 0`, 'c /c 1 2', 'd /d 0 2', `v /p ${MASK_ANY} 0`]);
  expect(files[0]?.warnings.map(({ code, line }) => `${code} ${line}`)).toEqual([
    'virtual-machine 2',
    'profile-not-given 6',
    'unread-line 11',
  ]);
});

test('a profile that several instances share is warned of once', () => {
  const text =
    'lxc profile set p security.delegate_bpf=true security.delegate_bpf.cmd_types=prog_lod\nlxc init x a -p p\nlxc init x b -p p\n';
  const { files, delegations } = readDelegations({ file: 'f', text });
  expect(delegations.map(({ unusable }) => unusable)).toEqual(Array(2).fill(expect.stringContaining('EINVAL')));
  expect(files[0]?.warnings).toHaveLength(1);
});
