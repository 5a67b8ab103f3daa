import { expect, test } from 'vitest';
import { lint } from '../../src/lint/lint.js';

const MASKS = ['BPFDelegateCommands=BPFMapCreate', 'BPFDelegateMaps=BPFMapTypeHash'];
const NONE = 'DelegateNamespaces=18446744073709551615';
const MNT = 'DelegateNamespaces=131072';

/** What lint says of the output of systemctl show, as far as the unit as a whole is concerned. */
function found(...lines: readonly string[]) {
  const text = ['Id=web.service', ...lines].join('\n');
  const { findings, reading } = lint({ file: 'f', text }, { format: 'systemctl-show' });
  const codes = findings.map(({ code, line }) => `${code} ${line}`);
  return { codes: codes.filter((code) => !code.startsWith('loader')), delegation: reading.delegations[0], findings };
}

test('systemctl show: a bpffs of the initial user namespace is told', () => {
  const { codes, findings } = found('PrivateBPF=yes', ...MASKS, NONE, 'PrivateUsers=no');
  expect(codes).toEqual(['wrong-userns 2']);
  expect(findings[0]).toMatchObject({ severity: 'error', message: expect.stringContaining('EOPNOTSUPP') });
  expect(found('PrivateBPF=yes', ...MASKS, NONE, 'PrivateUsers=yes').codes).toEqual(['wrong-userns 6']);
  expect(found('PrivateBPF=yes', ...MASKS, MNT, 'PrivateUsers=no').codes).toEqual([]);
});

test('systemctl show: masks without PrivateBPF= are told, and a unit without masks is not', () => {
  expect(found('PrivateBPF=no', ...MASKS, NONE).codes).toEqual(['private-bpf-missing 3']);
  expect(found('PrivateBPF=no', 'BPFDelegateCommands=', 'BPFDelegateMaps=', NONE).codes).toEqual([]);
});

test('systemctl show: what makes the unit fail, hides the bpffs or filters bpf() is told', () => {
  const on = ['PrivateBPF=yes', ...MASKS, MNT];
  expect(found(...on, 'PrivatePIDs=yes').codes).toEqual(['failing-unit 6']);
  expect(found(...on, 'RestrictFileSystems=~tmpfs').codes).toEqual(['failing-unit 6']);
  expect(found(...on, 'SystemCallFilter=~bpf').codes).toEqual(['bpf-is-filtered 6']);
  expect(found(...on, 'InaccessiblePaths=/sys').codes).toEqual(['bpffs-is-hidden 6']);
});

test('systemctl show: the flags of ExecStart= decide what the process gets', () => {
  const on = ['PrivateBPF=yes', ...MASKS, MNT, 'User=1234'];
  const command = (flags: string) => `ExecStartEx={ path=/bin/web ; argv[]=/bin/web -x ; flags=${flags} ; status=0/0 }`;
  expect(found(...on, command('privileged')).delegation?.unusable).toContain('ExecStart=+');
  expect(found(...on, command('ignore-failure no-setuid')).delegation?.process?.uid).toBe(0);
  expect(found(...on, command('')).delegation?.process?.uid).toBe(1234);
  const two = found(...on, command('privileged'), command(''));
  expect(two.delegation).toMatchObject({ unusable: undefined, process: { uid: 1234 } });
});
