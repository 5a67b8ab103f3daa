import { expect, test } from 'vitest';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';

const MASKS = '[Service]\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=BPFMapCreate\n';

test('a command in a comment, or in ExecStart=, does not make a file one of commands', () => {
  expect(detectFormat(`# systemd-run -p PrivateBPF=yes prog\n${MASKS}`)).toBe('systemd-unit');
  expect(detectFormat(`${MASKS}ExecStart=/usr/bin/systemd-run --wait /bin/true\n`)).toBe('systemd-unit');
  expect(detectFormat('# mount -t bpf none /p\nbpffs /p bpf delegate_cmds=map_create 0 0\n')).toBe('fstab');
  expect(detectFormat('# incus config set c a=b\nconfig:\n  security.bpffs.delegate_cmds: any\n')).toBe('incus');
  expect(detectFormat('# lxc list\nconfig:\n  security.delegate_bpf: "true"\n')).toBe('lxd');
});

test('commands at the prompt of root are commands; where commands stand without it, # starts a comment', () => {
  expect(detectFormat('# mount -t bpf none /p -o delegate_cmds=any\n')).toBe('mount-command');
  const text = '# mount -t bpf none /old -o delegate_cmds=any\nmount -t bpf none /p -o delegate_cmds=any\n';
  const { files, delegations } = readDelegations({ file: 'f', text });
  expect(delegations.map(({ path }) => path)).toEqual(['/p']);
  expect(files[0]?.lines[0]?.about).toBe('comment');
});

test('a test of a shell is no section of a unit', () => {
  expect(detectFormat('[ -d /p ]\nmount -t bpf none /p -o delegate_cmds=any\n')).toBe('mount-command');
});

test('the name of a unit or a drop-in tells what it is, whatever is missing in it', () => {
  const text = 'PrivateBPF=yes\nExecStart=/bin/mount\n';
  for (const file of ['web.service', 'dir/web.service.d/10-bpf.conf', 'p.mount', 'web@.service']) {
    expect(detectFormat(text, file)).toBe('systemd-unit');
  }
  const { files, delegations } = readDelegations({ file: 'web.service', text });
  expect(delegations).toEqual([]);
  expect(files[0]?.warnings.map(({ code }) => code)).toEqual(['outside-section', 'outside-section']);
  expect(detectFormat('\uFFFD\uFFFD[Service]\nPrivateBPF=yes\n', 'web.service')).toBe('systemd-unit');
  expect(detectFormat('none /p bpf delegate_cmds=any\n', '/etc/fstab')).toBe('fstab');
});
