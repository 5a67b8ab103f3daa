import { describe, expect, test } from 'vitest';
import { LineAccount } from '../../src/dialects/line_account.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { settingsOf, startUnit } from '../../src/dialects/systemd/read_unit.js';
import { refusesBpf } from '../../src/dialects/systemd/syscall_filter.js';
import { NEWEST_PROFILE } from '../../src/kernel/profile.js';

const settings = (lines: string) => {
  const account = new LineAccount({ file: 'a.service', text: `[Service]\nExecStart=/bin/x\n${lines}\n` });
  const found = settingsOf(startUnit('a.service'), [
    { profile: NEWEST_PROFILE, account, systemd: 262, manager: undefined },
  ]);
  if (!found) throw new Error('refused');
  return found;
};

/** Each as `systemd --test` of systemd 262 shows it. */
describe('values that were read otherwise than systemd reads them', () => {
  test.each([
    ['039', 0n],
    ['+39', 1n << 39n],
    ['0x27', 1n << 39n],
    ['047', 1n << 39n],
    ['0b100111', 1n << 39n],
    ['0o47', 1n << 39n],
    ['-0', 1n],
    ['0b+1', 2n],
    ['+0b1', 0n],
    ['0b2', 0n],
    ['+0x27', 1n << 39n],
    ['0x', 0n],
    ['1f', 0n],
    ['CAP\\_BPF', 1n << 39n],
    ['"CAP_BPF CAP_NET_ADMIN" CAP_PERFMON', 1n << 38n],
    ['CAP_PERFMON "CAP_BPF', 3n << 38n],
    ['\\x43AP_BPF', 0n],
  ])('AmbientCapabilities=%s', (text, set) => {
    expect(settings(`AmbientCapabilities=${text}`).ambient).toBe(set);
  });

  // A word that is none is left out, and quotes are removed.
  test.each([
    ['noroot', true],
    ['noroot bogus', true],
    ['"noroot"', true],
    ['no\\root', true],
    ['keep-caps', false],
    ['"noroot', false],
  ])('SecureBits=%s', (text, isOn) => {
    expect(settings(`SecureBits=${text}`).hasNoRoot).toBe(isOn);
  });

  test.each([
    ['~bpf', true],
    ['~bpf:bogus', false],
    ['~bpf:', false],
    ['~bpf:5000', false],
    ['~bpf:EPERM', true],
    ['~bpf:22', true],
    ['~bpf:kill', true],
    ['~b\\pf', true],
    ['~"bpf"', false],
    ['~~bpf', false],
    ['~ bpf', true],
    ['bpf\nSystemCallFilter=~bpf:bogus', false],
  ])('SystemCallFilter=%s', (text, isRefused) => {
    expect(refusesBpf(settings(`SystemCallFilter=${text}`).filter)).toBe(isRefused);
  });

  test.each([
    ['~b\\pf', true],
    ['~"bpf"', true],
    ['~bpf:EPERM', false],
  ])('RestrictFileSystems=%s', (text, isRefused) => {
    expect(refusesBpf(settings(`RestrictFileSystems=${text}`).fileSystems)).toBe(isRefused);
  });

  test.each([
    ['%u', 'root'],
    ['%U', '0'],
    ['%g', 'root'],
    ['%G', '0'],
    ['%%a', '%a'],
    ['x%U', 'x0'],
  ])('User=%s', (text, user) => {
    expect(settings(`User=${text}`).user).toBe(user);
  });

  test('systemd-run replaces no specifiers in a user', () => {
    const text = 'systemd-run -p PrivateBPF=yes -p DelegateNamespaces=mnt -p BPFDelegateMaps=any -p User=%u x\n';
    const process = readDelegations({ file: 'f', text }).delegations[0]?.process;
    expect(process?.account).toMatchObject({ kind: 'named', name: '%u' });
  });
});

describe('files', () => {
  const DELEGATES = '[Service]\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateMaps=any\n';

  test.each(['timer', 'path', 'target', 'slice', 'scope', 'automount'])(
    '[Service] in a .%s was read, which systemd ignores',
    (type) => {
      const { delegations, files } = readDelegations({ file: `x.${type}`, text: DELEGATES });
      expect(delegations).toEqual([]);
      expect(files[0]?.warnings.map(({ code }) => code)).toEqual(['unknown-section']);
    },
  );

  test('a drop-in alone was called wrong, and what its unit says was taken for known', () => {
    const text = '[Service]\nBPFDelegateMaps=any\n';
    const { delegations, files } = readDelegations({ file: 'web.service.d/o.conf', text });
    expect(files[0]?.warnings).toEqual([]);
    expect(delegations[0]).toMatchObject({
      owner: undefined,
      process: undefined,
      network: undefined,
      unusable: undefined,
    });
    expect(delegations[0]?.assumptions?.map((one) => one.text)).toEqual([
      'the file of the unit itself, which is not read, has PrivateBPF=yes',
    ]);
    const off = readDelegations({ file: 'web.service.d/o.conf', text: `${text}PrivateBPF=no\n` });
    expect(off.files[0]?.warnings.map(({ code }) => code)).toEqual(['private-bpf-missing']);
  });

  test('a second Options= lost the first without a word', () => {
    const text = '[Mount]\nWhat=none\nWhere=/b\nType=bpf\nOptions=delegate_cmds=any\nOptions=delegate_maps=any\n';
    const { files } = readDelegations({ file: 'b.mount', text });
    expect(files[0]?.warnings.map(({ code, line }) => [code, line])).toEqual([['later-assignment-replaces', 6]]);
  });
});
