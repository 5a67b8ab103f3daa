import { expect, test } from 'vitest';
import { detectFormat } from '../../src/dialects/detect_format.js';
import { readDelegations } from '../../src/dialects/read_delegations.js';

test.each([
  'mount -t tmpfs none /x',
  'systemd-run -p PrivateBPF=yes x',
  'incus config set c a=b',
  'proc on /proc type proc (rw)',
  '[Service]',
  'none /run/b bpf rw 0 0',
  'TARGET SOURCE FSTYPE OPTIONS',
  '22 1 8:1 / / rw - ext4 /dev/sda1 rw',
])('YAML with a value like %j was taken for another format', (line) => {
  const data = `  cloud-init.user-data: |\n    #!/bin/sh\n    ${line}\n`;
  expect(detectFormat(`config:\n${data}  security.bpffs.delegate_cmds: any\nname: c\n`)).toBe('incus');
  expect(
    detectFormat(`- name: c\n  config:\n  ${data.replaceAll('\n', '\n  ')}  security.delegate_bpf: "true"\n`),
  ).toBe('lxd');
});

test('a script that gives YAML to a command is a script', () => {
  expect(detectFormat('incus launch img c <<EOF\nconfig:\n  security.bpffs.delegate_cmds: any\nEOF\n')).toBe(
    'incus-command',
  );
});

test('merge keys lost masks', () => {
  const bits = (text: string) => {
    const [delegation] = readDelegations({ file: 'c.yaml', text }).delegations;
    const { cmds, maps } = delegation?.masks ?? {};
    return [cmds?.bits, cmds?.at?.line, maps?.bits, maps?.at?.line];
  };
  const base = 'x: &x\n  security.bpffs.delegate_cmds: prog_load\n  security.bpffs.delegate_maps: hash\n';
  expect(bits(`${base}config:\n  <<: *x\n  security.bpffs.delegate_maps: array\n`)).toEqual([32n, 2, 4n, 6]);
  // Of several, the first wins; keys of the map itself win wherever they stand.
  const other = 'y: &y {security.bpffs.delegate_cmds: btf_load}\n';
  expect(bits(`${base}${other}config:\n  security.nesting: "true"\n  <<: [*y, *x]\n`)).toEqual([1n << 18n, 4, 2n, 3]);
});

test.each(['a: &a 5\nconfig:\n  <<: *a\n', 'a: &a {x: y}\nconfig:\n  <<: [*a, 5]\n'])(
  'what is no map is not merged: %j',
  (text) => {
    const { files } = readDelegations({ file: 'c.yaml', text }, { format: 'incus' });
    expect(files[0]?.status).toBe('failed');
    expect(files[0]?.warnings[0]?.message).toContain('"<<"');
  },
);
