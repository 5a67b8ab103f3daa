import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { TABLE_FORMATS, type TableFormat } from '../../src/tables/formats.js';
import { testNeeding } from '../needs.js';
import { bpftoken, ROOT } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-disk-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** A command that writes a number of rows to an output. */
const writing = (command: 'eval' | 'generate', rows: string, out: string, format: TableFormat): string[] =>
  command === 'eval'
    ? ['eval', FLEET, '--generate', rows, '--out', out, '--out-format', format]
    : ['generate', FLEET, '--rows', rows, '--out', out, '--format', format];
const NAMES = ['eval', 'generate'] as const;
/** Every command with every format. */
const WRITING = TABLE_FORMATS.flatMap((format) => NAMES.map((name) => ({ name, format })));
interface Ended {
  readonly command: string;
  readonly code: unknown;
  readonly said: string;
  readonly left: readonly string[];
}

const SCRIPT = fileURLToPath(new URL('./many_commands.mjs', import.meta.url));
/** Runs commands in a process of their own, started through `shell`, which has what to start as its arguments. */
function ran(shell: string, folders: readonly string[], more: object): Ended[] {
  const asked = JSON.stringify({ folders, ...more });
  const starter = shell.startsWith('mount') ? ['-rm', 'sh', '-c'] : ['sh', '-c'];
  const args = [...starter, `${shell} "$0" "$@"`, process.execPath, SCRIPT, asked];
  const program = shell.startsWith('mount') ? 'unshare' : 'env';
  const { stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('a full disk is an error in words', () => {
  test('where rows or a summary go to standard output', async () => {
    const commands = [
      ['eval', FLEET, '--generate', '100'],
      writing('eval', '20k', '-', 'csv'),
      writing('eval', '1k', '-', 'parquet'),
      writing('generate', '20k', '-', 'arrows'),
    ];
    const results = commands.map(async (args) => {
      const full = openSync('/dev/full', 'w');
      const { code, stderr } = await bpftoken(args, { stdout: full });
      closeSync(full);
      return { code, stderr };
    });
    const stderr = 'cannot write standard output: no space left on the device (ENOSPC)\n';
    expect(await Promise.all(results)).toEqual(commands.map(() => ({ code: 2, stderr })));
  });

  test('where a table or the counts of --summary go to a device', () => {
    const commands = WRITING.map(({ name, format }) => writing(name, '1k', '/dev/full', format));
    commands.push(['eval', FLEET, '--generate', '10', '--summary', 'cmd', '--summary-out', '/dev/full']);
    const said = 'cannot write /dev/full: no space left on the device (ENOSPC)\n';
    expect(ran('', [], { commands })).toEqual(commands.map(([command]) => ({ command, code: 2, said, left: [] })));
  });

  // In a user namespace of its own anyone may mount, where the system lets them have one.
  const mount = 'mount -t tmpfs -o size=64k tmpfs';
  const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', `${mount} /mnt`]).status === 0;
  testNeeding(canMount, 'user-namespaces')('where a file does not fit: nothing of it stays', () => {
    const disk = join(temporary, 'disk');
    mkdirSync(disk);
    // In this thread, and over workers.
    const commands = WRITING.flatMap(({ name, format }) =>
      ['25k', '1M'].map((rows) => [...writing(name, rows, `${disk}/x`, format), '--workers', '2']),
    );
    const said = `cannot write ${disk}/x: no space left on the device (ENOSPC)\n`;
    const ended = ran(`${mount} ${disk} &&`, [disk], { commands });
    expect(ended).toEqual(commands.map(([command]) => ({ command, code: 2, said, left: [] })));
  });
});

describe('a disk without room', () => {
  const mount = 'mount -t tmpfs -o size=64k tmpfs';
  const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', `${mount} /mnt`]).status === 0;
  testNeeding(canMount, 'user-namespaces')('gets no starter scenario: an empty file stayed', () => {
    const disk = join(temporary, 'full');
    mkdirSync(disk);
    const ended = ran(`${mount} ${disk} && dd if=/dev/zero of=${disk}/all bs=1k count=64 2>/dev/null;`, [disk], {
      commands: [
        ['init', `${disk}/x`],
        ['init', '--force', `${disk}/x`],
      ],
    });
    const said = `cannot write ${disk}/x: no space left on the device (ENOSPC)\n`;
    expect(ended).toEqual([0, 1].map(() => ({ command: 'init', code: 2, said, left: ['all'] })));
  });
});

test('Ctrl-C leaves nothing beside the output', () => {
  const beside = join(temporary, 'beside');
  mkdirSync(beside);
  const commands = WRITING.map(({ name, format }) => writing(name, '2G', `${beside}/x`, format));
  const ended = ran('', [beside], { commands, interrupts: true });
  expect(ended).toEqual(
    commands.map(([command]) => ({ command, code: 130, said: 'interrupted: no output was written\n', left: [] })),
  );
});

test('a reader that goes away ends a Parquet table without a word', async () => {
  const { code, stderr } = await bpftoken([...writing('eval', '300k', '-', 'parquet'), '--json'], {
    during: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
  });
  expect(code).toBe(0);
  expect(JSON.parse(stderr)).toMatchObject({ cut_short: true });
});
