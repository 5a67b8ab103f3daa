import { describe, expect, test } from 'vitest';
import { MASK_ANY } from '../../src/abi/bpf.js';
import { CAP_FULL_SET } from '../../src/abi/capabilities.js';
import { lint } from '../../src/lint/lint.js';

const ON = '-p PrivateBPF=yes -p DelegateNamespaces=mnt -p BPFDelegateMaps=any';

/** What is read of a command line, and the codes of the findings about it. */
function run(line: string) {
  const { reading, findings } = lint({ file: 'f', text: line }, { format: 'systemd-run' });
  const ofMasks = /^(?:masks-|any-|loader|command-)/;
  return {
    delegation: reading.delegations[0],
    codes: findings.map(({ code, column }) => `${code} ${column}`).filter((code) => !ofMasks.test(code)),
    findings,
  };
}

describe('options, as the parser of systemd takes them', () => {
  test.each([
    `-tGu web ${ON} prog`,
    `-tp PrivateBPF=yes -u web -p DelegateNamespaces=mnt -pBPFDelegateMaps=any prog`,
    `--root-directory /srv --output cat --unit web ${ON} prog`,
    `--send-sighup --job-mode fail --unit=web ${ON} -- prog --scope`,
    `-H host -E A=b --on-active 5 -u web ${ON} prog -p PrivateBPF=no`,
    `--prop PrivateBPF=yes --uni=web --property=DelegateNamespaces=mnt --prop=BPFDelegateMaps=any prog`,
  ])('%s', (line) => {
    const { delegation, codes } = run(`systemd-run ${line}`);
    expect(delegation).toMatchObject({
      name: 'web.service',
      owner: 'own',
      unusable: undefined,
      masks: { maps: { bits: MASK_ANY } },
    });
    expect(codes).toEqual([]);
  });

  test.each(['--on-unit=5', '--foo', '--wait=5', '-tX', '--constructor', '--=5'])('%s is refused', (option) => {
    const { delegation, codes } = run(`systemd-run ${option} ${ON} prog`);
    expect(codes).toEqual(['refused-unit 13']);
    expect(delegation?.unusable).toBe('systemd-run refuses the call');
  });

  test('a capsule has a user manager', () => {
    expect(run(`systemd-run -C box ${ON} prog`).codes).toEqual(['user-manager 23']);
    expect(run(`systemd-run --capsule box ${ON} prog`).codes).toEqual(['user-manager 30']);
  });
});

test('a scope has no process of its own: it has no PrivateBPF= and no masks', () => {
  const { delegation, codes } = run('systemd-run --scope -p PrivateBPF=yes -p DelegateNamespaces=mnt prog');
  expect(codes).toEqual(['unknown-setting 24', 'unknown-setting 42']);
  expect(delegation?.unusable).toBe('systemd-run refuses the call');
  expect(run('systemd-run --scope -p User=web -p MemoryMax=1G prog').codes).toEqual([]);
});

test('properties of [Unit] are taken, and settings that no property stands for are not', () => {
  const of = '-p Description=x -p After=a.service -p CollectMode=inactive -p ConditionHost=h -p PrivateUsersEx=no';
  expect(run(`systemd-run ${of} ${ON} prog`)).toMatchObject({ codes: [], delegation: { unusable: undefined } });
  for (const name of ['OnFailureIsolate', 'StartupMemoryHigh', 'Sockets', 'ListenStream', 'Alias', 'privatebpf']) {
    expect(run(`systemd-run ${ON} -p ${name}=x prog`).codes, name).toEqual(['unknown-setting 83']);
  }
});

describe('values, as they are sent to systemd', () => {
  test.each([
    'PrivateBPF=maybe',
    'PrivateBPF=',
    'DelegateNamespaces=bogus',
    'PrivateUsers=maybe',
    'DynamicUser=maybe',
    'User=a/b',
    'KillMode=',
    'Type=bogus',
    'WorkingDirectory=-rel',
    'UserNamespacePath=rel',
    "ReadOnlyPaths='/a rel'",
    'BindPaths=/a:rel',
  ])('%s refuses the call', (property) => {
    const { delegation, codes, findings } = run(`systemd-run ${ON} -p ${property} prog`);
    expect(codes.map((code) => code.split(' ')[0])).toEqual(['refused-unit']);
    expect(findings.find(({ code }) => code === 'refused-unit')?.message).toContain('systemd-run refuses the call');
    expect(delegation?.unusable).toBe('systemd-run refuses the call');
  });

  test('--uid and --service-type take the place of the properties, and are refused as they are', () => {
    expect(run(`systemd-run --uid 7 -p User=8 ${ON} prog`).delegation?.process?.uid).toBe(7);
    expect(run(`systemd-run --uid=a/b ${ON} prog`).codes).toEqual(['refused-unit 19']);
    expect(run(`systemd-run --service-type bogus ${ON} prog`).codes).toEqual(['refused-unit 28']);
  });

  test.each<readonly [properties: string, owner: string, userns: string]>([
    ['-p DelegateNamespaces=mnt -p DelegateNamespaces=uts', 'init', 'own'],
    ['-p DelegateNamespaces=uts -p DelegateNamespaces=mnt', 'own', 'own'],
    ['-p DelegateNamespaces=mnt -p DelegateNamespaces=~mnt', 'own', 'own'],
    ['-p DelegateNamespaces=', 'init', 'own'],
    ['-p DelegateNamespaces=user', 'init', 'own'],
    ['-p DelegateNamespaces=~', 'own', 'own'],
    ['-p PrivateUsers=no', 'init', 'init'],
  ])('%s', (properties, owner, userns) => {
    const line = `systemd-run -p PrivateBPF=yes -p BPFDelegateMaps=any ${properties} prog`;
    expect(run(line).delegation).toMatchObject({ owner, process: { userns } });
  });

  test('a set of capabilities takes the place of the one before', () => {
    const caps = (properties: string) => run(`systemd-run ${ON} ${properties} prog`).delegation?.process?.caps;
    expect(caps('-p CapabilityBoundingSet=CAP_BPF -p CapabilityBoundingSet=CAP_NET_ADMIN')).toBe(1n << 12n);
    expect(caps('-p CapabilityBoundingSet=CAP_BPF -p CapabilityBoundingSet=~CAP_BPF')).toBe(
      CAP_FULL_SET & ~(1n << 39n),
    );
    expect(caps('--uid 7 -p AmbientCapabilities=CAP_BPF -p AmbientCapabilities=CAP_PERFMON')).toBe(1n << 38n);
    expect(caps('--uid 7 -p AmbientCapabilities=CAP_BPF -p AmbientCapabilities=')).toBe(0n);
  });
});
