import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { cases } from '../cases.js';
import { expectFullAccount } from './line_laws.js';

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
    expect(only(yaml(config, 'type: virtual-machine\n'))?.unusable).toContain('a kernel of its own');
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

describe('LXD', () => {
  test('the switch has to be true, and values are the kernel’s own', () => {
    const config = '  security.delegate_bpf.cmd_types: prog_load:map_create\n  security.delegate_bpf.map_types: 0x6\n';
    const on = only(yaml(`  security.delegate_bpf: "true"\n${config}`));
    expect(on).toMatchObject({ masks: { cmds: { bits: 0x21n }, maps: { bits: 6n } }, unusable: undefined });
    for (const off of ['', '  security.delegate_bpf: "false"\n', '  security.delegate_bpf: maybe\n']) {
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

test('texts with pieces cut out, doubled or changed are read with a note on each line', () => {
  const seeds = [
    'architecture: x86_64\nconfig:\n  security.bpffs.delegate_cmds: map_create, prog_load\n  security.bpffs.path: "/p"\n  image.os: x\nprofiles:\n- default\n- bpf\nname: web\n',
    'config:\n  security.delegate_bpf: "true"\n  security.delegate_bpf.cmd_types: prog_load:0x1\n',
    "incus config set web security.bpffs.delegate_cmds='map_create, prog_load' \\\n security.nesting=true\n",
  ];
  const formats = ['incus', 'lxd', 'incus-command'] as const;
  const anyEdit = fc.tuple(
    fc.nat(),
    fc.nat(12),
    fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('\n', ': ', '"', '- ', '{', '&a ', '*a')),
  );
  fc.assert(
    fc.property(fc.nat(2), fc.array(anyEdit, { minLength: 1, maxLength: 5 }), (which, edits) => {
      let text = seeds[which] as string;
      for (const [at, removed, added] of edits) {
        const start = at % (text.length + 1);
        text = text.slice(0, start) + added + text.slice(start + removed);
      }
      const source = { file: 'a.yaml', text };
      expectFullAccount(source, readDelegations(source, { format: formats[which] }));
    }),
    { numRuns: cases(250, 100_000) },
  );
});
