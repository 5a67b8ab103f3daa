import { expect, test } from 'vitest';
import { lint } from '../../src/lint/lint.js';

const MOUNT = ['[Mount]', 'What=bpf', 'Where=/srv/bpf', 'Type=bpf'];

function found(lines: readonly string[], file = 'srv-bpf.mount', dropIn?: string) {
  const attached = dropIn === undefined ? [] : [{ file: `${file}.d/a.conf`, text: dropIn }];
  const source = { file, text: lines.join('\n') };
  const { reading, findings } = lint(source, { format: 'systemd-unit' }, attached);
  return { delegation: reading.delegations[0], codes: findings.map((one) => `${one.code} ${one.line}:${one.column}`) };
}

test('Type= of [Mount] is a file system, and not the type of a service', () => {
  expect(found(MOUNT).codes).toEqual([]);
  expect(found(['[Mount]', 'What=/dev/sda', 'Where=/srv/bpf', 'Type=ext4', 'Options=ro'])).toEqual({
    delegation: undefined,
    codes: [],
  });
});

test('a mount unit of a bpffs is a delegation by mount(8)', () => {
  const { delegation, codes } = found([...MOUNT, 'Options=nofail,delegate_cmds=map_create,prog_load']);
  expect(delegation).toMatchObject({
    kind: 'bpffs',
    path: '/srv/bpf',
    owner: 'init',
    process: undefined,
    masks: { cmds: { bits: 1n } },
    unusable: undefined,
  });
  expect(codes).toContain('comma-between-names 5:41');
  expect(codes.some((code) => code.startsWith('initial-namespace 5:'))).toBe(true);
});

test('the options of a drop-in take the place of those of the unit', () => {
  const dropIn = '[Mount]\nOptions=delegate_maps=hsah\n';
  const { delegation, codes } = found([...MOUNT, 'Options=delegate_cmds=map_create'], undefined, dropIn);
  expect(delegation?.masks.cmds.bits).toBe(0n);
  expect(codes).toEqual(['later-assignment-replaces 2:1', 'misspelt-name 2:23']);
});

test('a mount unit has the name of its path, and cannot be that of systemd itself', () => {
  expect(found(MOUNT, 'srv-other.mount').codes).toEqual(['refused-unit 3:7']);
  expect(found(['[Mount]', 'What=bpf', 'Type=bpf']).delegation?.path).toBe('/srv/bpf');
  expect(found(['[Mount]', 'What=bpf', 'Type=bpf'], 'srv-b\\x2dpf.mount').delegation?.path).toBe('/srv/b-pf');
  expect(found(['[Mount]', 'Where=/srv/bpf', 'Type=bpf']).delegation?.unusable).toContain('What= is missing');
  const own = found(['[Mount]', 'What=bpf', 'Where=/sys/fs/bpf', 'Type=bpf'], 'sys-fs-bpf.mount');
  expect(own.codes).toEqual(['refused-unit 3:7']);
  expect(own.delegation?.unusable).toContain('systemd refuses the unit');
});
