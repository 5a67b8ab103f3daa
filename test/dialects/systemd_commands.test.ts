import { describe, expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';

const ON = '[Service]\nPrivateBPF=yes\nDelegateNamespaces=mnt\nBPFDelegateCommands=any\n';

/** Whether the unit has a token, and what is said of it. */
function read(lines: string, file = 'web.service') {
  const text = lines.startsWith('[') ? lines : `${ON}${lines}`;
  const { delegations, files } = readDelegations({ file, text }, { format: 'systemd-unit' });
  const codes = files.flatMap(({ warnings }) => warnings.map(({ code, line }) => `${code} ${line}`));
  return { codes, delegation: delegations[0] };
}

describe('commands that systemd refuses', () => {
  test.each<readonly [lines: string, ...codes: string[]]>([
    ['ExecStart=/bin/mount -o "date +%F"', 'refused-unit 5'],
    ['ExecStart=/bin/mount -o %Z', 'refused-unit 5'],
    ['ExecStart=/bin/mount "unclosed', 'refused-unit 5'],
    ['ExecStart=/bin/mount\nExecStartPre=relative/x', 'refused-unit 6'],
    ['ExecStart=/bin/mount\nExecStopPost=a/b', 'refused-unit 6'],
    ['ExecStart=/bin/mount\nExecReload=@/bin/x', 'refused-unit 6'],
    ['ExecStart=/bin/mount ; sub/x', 'refused-unit 5'],
    // What is before a command that is ignored stays, and nothing is left of a line that is.
    ['ExecStart="unclosed /bin/x', 'refused-unit 5', 'bad-value 5'],
    ['ExecStart=-/bin/mount %Z', 'refused-unit 5', 'bad-value 5'],
    ['ExecStart=/bin/mount\nExecStart=-/bin/mount "unclosed', 'bad-value 6'],
    ['ExecStart=/bin/mount ;'],
    ["ExecStart=/bin/mount \\x20 '%%Z' ;x \\; y"],
  ])('%j', (lines, ...codes) => {
    const { codes: found, delegation } = read(lines);
    expect(found).toEqual(codes);
    expect(delegation?.unusable !== undefined).toBe(codes.some((code) => code.startsWith('refused')));
  });
});

test('a semicolon that stands alone separates commands, each with its own marks', () => {
  expect(read('ExecStart=/bin/mount ; /bin/umount').codes).toEqual(['refused-unit 5']);
  expect(read('Type=oneshot\nExecStart=/bin/mount ; /bin/umount').codes).toEqual([]);
  const uid = (commands: string) => read(`Type=oneshot\nUser=7\nExecStart=${commands}`).delegation?.process?.uid;
  expect(uid('+/bin/a ; /bin/b')).toBe(7);
  expect(uid('+/bin/a ; !/bin/b')).toBe(0);
  expect(read('Type=oneshot\nExecStart=+/bin/a ; +/bin/b').delegation?.unusable).toContain('ExecStart=+');
});

describe('services that systemd refuses because of their type and commands', () => {
  test.each<readonly [lines: string, line: number | undefined]>([
    ['ExecStart=/bin/a\nType=oneshot\nRestart=always', 7],
    ['ExecStart=/bin/a\nType=oneshot\nRestart=on-failure', undefined],
    ['ExecStart=/bin/a\nType=oneshot\nExitType=cgroup', 7],
    ['ExecStart=/bin/a\nType=dbus', 6],
    ['ExecStart=/bin/a\nType=dbus\nBusName=a.b', undefined],
    ['Type=oneshot', 5],
    ['Type=oneshot\nRemainAfterExit=yes', 5],
    ['Type=exec', 5],
    ['ExecStop=/bin/a', 5],
    ['ExecStop=/bin/a\nRemainAfterExit=yes', undefined],
    ['Type=oneshot\n[Unit]\nSuccessAction=exit', undefined],
    // A part of a unit says nothing of its commands.
    ['', undefined],
  ])('%j', (lines, line) => {
    const { codes, delegation } = read(lines);
    expect(codes).toEqual(line === undefined ? [] : [`refused-unit ${line}`]);
    expect(delegation?.unusable?.startsWith('systemd refuses the unit')).toBe(line === undefined ? undefined : true);
  });

  test('a drop-in by itself needs no commands', () => {
    for (const lines of ['Type=oneshot', 'ExecStop=/bin/a', 'Restart=always']) {
      expect(read(lines, 'web.service.d/a.conf').codes).toEqual([]);
    }
  });
});

test('groups and root directories that systemd cannot read refuse the unit', () => {
  const refuses = ['SupplementaryGroups=a:b', 'SupplementaryGroups=a %z', 'RootDirectory=rel', 'RootDirectory=/a%Z'];
  const takes = ['SupplementaryGroups=a b 7', 'SupplementaryGroups=', 'RootDirectory=%h/x', 'RootImage='];
  for (const line of refuses) expect(read(`ExecStart=/bin/a\n${line}`).codes, line).toEqual(['refused-unit 6']);
  for (const line of takes) expect(read(`ExecStart=/bin/a\n${line}`).codes, line).toEqual([]);
});

test('other values of a service are ignored, as systemd does', () => {
  const lines = 'ExecStart=/bin/a\nRestart=bogus\nBusName=x\nExitType=y\nRemainAfterExit=q';
  expect(read(lines).codes).toEqual(['bad-value 6', 'bad-value 7', 'bad-value 8', 'bad-value 9']);
});

test('a root of its own is with a mount namespace, which excludes a working directory in /sys', () => {
  const unit = '[Service]\nExecStart=/bin/a\nBPFDelegateCommands=any\nWorkingDirectory=/sys\n';
  expect(read(`${unit}RootImage=/x.raw`).delegation?.unusable).toContain('excludes a working directory');
  expect(read(`${unit}RootDirectory=/srv`).delegation?.unusable).toContain('excludes a working directory');
  expect(read(`${unit}RootDirectory=/`).delegation?.unusable).toContain('PrivateBPF= is not on');
});
