import { describe, expect, test } from 'vitest';
import { readDelegations } from '../../src/dialects/read_delegations.js';
import { shellCommands } from '../../src/dialects/shell_commands.js';
import { expectFullAccount } from './line_laws.js';

const MOUNT = 'mount -t bpf none /run/b -o delegate_cmds=any';
const read = (text: string) => {
  const source = { file: 'f', text };
  const reading = readDelegations(source);
  expectFullAccount(source, reading);
  return {
    paths: reading.delegations.map(({ path }) => path),
    codes: reading.files.flatMap(({ warnings }) => warnings.map(({ code, line }) => `${code} ${line}`)),
  };
};
const words = (text: string) =>
  shellCommands({ text, at: { file: 'f', line: 1, column: 1, length: text.length } }).map((command) =>
    command.words.map((word) => word.text).join(' '),
  );

describe('a bpffs behind other words was passed over as text', () => {
  test.each([
    `mkdir -p /run/b && ${MOUNT}`,
    `mountpoint -q /run/b || ${MOUNT}`,
    `cd / && ${MOUNT} || exit 1`,
    `if ! mountpoint -q /run/b; then ${MOUNT}; fi`,
    `exec ${MOUNT}`,
    `nohup ${MOUNT} &`,
    `doas ${MOUNT}`,
    `sudo -u root ${MOUNT}`,
    `LC_ALL=C ${MOUNT}`,
    `sudo env -i A=b ${MOUNT}`,
    `(${MOUNT})`,
    `{ ${MOUNT}; }`,
  ])('%s', (text) => {
    expect(read(`${text}\n`)).toEqual({ paths: ['/run/b'], codes: [] });
  });

  test.each([`nsenter -t 1 -m ${MOUNT}`, `x=$(${MOUNT})`, `for i in a; do ${MOUNT}; done`, `ssh host '${MOUNT}'`])(
    'what cannot be read for certain is told: %s',
    (text) => {
      expect(read(`${MOUNT.replace('/b', '/c')}\n${text}\n`)).toEqual({ paths: ['/run/c'], codes: ['unread-line 2'] });
    },
  );

  test('systemd-run, and the second command of a line', () => {
    const run = 'systemd-run -p PrivateBPF=yes -p DelegateNamespaces=mnt -p BPFDelegateMaps=any x';
    expect(read(`echo hi; ${run}\n`).paths).toEqual(['/sys/fs/bpf']);
    expect(read(`${MOUNT}; ${MOUNT.replace('/b', '/c')}\n`).paths).toEqual(['/run/b', '/run/c']);
    // A file has one format: what another tool sets is told.
    expect(read(`${run}\n${MOUNT}\n`).codes).toEqual(['unread-line 2']);
  });
});

test('redirections were operands', () => {
  for (const text of [`${MOUNT} >/dev/null 2>&1`, `${MOUNT} &>/dev/null`, MOUNT.replace(' -o', ' 2> /dev/null -o')]) {
    expect(read(`${text}\n`)).toEqual({ paths: ['/run/b'], codes: [] });
  }
  expect(words('a 2>&1 b >x; c 12 <<EOF | d "> e" \\> # f')).toEqual(['a b', 'c 12', 'd > e >']);
});

test('a value, or a configuration, from standard input was passed over', () => {
  for (const text of [
    'config set c security.bpffs.delegate_cmds - < f',
    'config set c security.bpffs.delegate_cmds=-',
  ]) {
    expect(read(`incus ${text}\n`)).toEqual({ paths: [], codes: ['unread-line 1'] });
  }
  for (const text of ['incus launch img c < f', 'cat f | incus launch img c', 'incus profile edit p <f']) {
    expect(read(`${text}\nincus launch img d\n`).codes).toEqual(['unread-line 1']);
  }
  expect(read('incus launch img c -c user.x=- > f\n').codes).toEqual([]);
});
