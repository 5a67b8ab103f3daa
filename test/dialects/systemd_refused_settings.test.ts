import { expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';

const ON = '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=any\n';
const INITIAL = '[Service]\nExecStart=/bin/web\nPrivateBPF=yes\nBPFDelegateCommands=any\n';

function read(text: string) {
  const { delegations, files } = readDelegations({ file: 'web.service', text }, { format: 'systemd-unit' });
  const codes = files.flatMap(({ warnings }) => warnings.map(({ code, line }) => `${code} ${line}`));
  return { codes, delegation: delegations[0] };
}

test.each(['UserNamespacePath', 'NetworkNamespacePath'])('%s: a path that is not absolute is left out', (setting) => {
  const { codes, delegation } = read(`${INITIAL}${setting}=run/ns\n`);
  expect(codes).toEqual(['wrong-userns 3', 'bad-value 5']);
  expect(delegation).toMatchObject({ network: 'host', process: { userns: 'init' } });
  expect(read(`${INITIAL}${setting}=/run/ns\n`).codes).not.toContain('bad-value 5');
});

test('a section in another case is another section', () => {
  const { codes, delegation } = read(`${ON}[service]\nPrivateBPF=no\n`);
  expect(codes).toEqual(['unknown-section 6']);
  expect(delegation?.unusable).toBeUndefined();
});

test('RestrictFileSystems= fails in a user namespace whatever it lists, and hides the bpffs outside of one', () => {
  for (const list of ['~minix', '~bpf', 'tmpfs bpf']) {
    expect(read(`${ON}RestrictFileSystems=${list}\n`).delegation?.unusable).toContain('fails (244/BPF)');
  }
  expect(read(`${ON}RestrictFileSystems=~bpf\nRestrictFileSystems=\n`).delegation?.unusable).toBeUndefined();
  const hidden = ['~bpf', 'tmpfs', '~@privileged-api'];
  for (const list of hidden) {
    expect(read(`${INITIAL}RestrictFileSystems=${list}\n`).delegation?.unusable).toContain('cannot be opened (EPERM)');
  }
  expect(read(`${INITIAL}RestrictFileSystems=tmpfs bpf\n`).delegation?.unusable).toBeUndefined();
});

test('ExecPaths= at the bpffs fails in a user namespace only', () => {
  expect(read(`${ON}ExecPaths=/sys/fs/bpf\n`).delegation?.unusable).toContain('226/NAMESPACE');
  expect(read(`${INITIAL}ExecPaths=/sys/fs/bpf\n`).delegation?.unusable).toContain("host's bpffs");
});

test('PAMName= excludes a KillMode= that leaves processes', () => {
  for (const mode of ['process', 'none']) {
    expect(read(`${ON}PAMName=login\nKillMode=${mode}\n`).delegation?.unusable).toContain('systemd refuses the unit');
  }
  expect(read(`${ON}PAMName=login\nKillMode=mixed\n`).delegation?.unusable).toBeUndefined();
  expect(read(`${ON}PAMName=login\nKillMode=all\n`).codes).toEqual(['bad-value 7']);
});

test('a network namespace is with a mount namespace, which excludes a working directory in /proc', () => {
  const unit = '[Service]\nExecStart=/bin/web\nBPFDelegateCommands=any\nWorkingDirectory=/proc/1\n';
  expect(read(`${unit}PrivateNetwork=yes\n`).delegation?.unusable).toContain('systemd refuses the unit');
  expect(read(unit).delegation?.unusable).toContain('PrivateBPF= is not on');
});
