import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/record.mjs', import.meta.url));

function record(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('the recording script lists its options', () => {
  const { status, stdout, stderr } = record('--help');
  expect([status, stderr]).toEqual([0, '']);
  for (const option of ['kernel', 'seed', 'cases', 'families', 'mitigations', 'out', 'kvm'])
    expect(stdout).toContain(`--${option}`);
});

test.each([
  ['no release', [], '--kernel is required'],
  ['a release of another form', ['--kernel', 'six'], "--kernel must be a release such as 6.12, got 'six'"],
  [
    'a seed that is no integer',
    ['--kernel', '6.12', '--seed', '1.5'],
    "--seed must be a non-negative integer, got '1.5'",
  ],
  [
    'a family that is not of programs',
    ['--kernel', '6.12', '--families', 'use'],
    "--families must be some of helpers, liberties, or selinux, got 'use'",
  ],
  [
    'mitigations without families',
    ['--kernel', '6.12', '--mitigations', 'off'],
    '--mitigations must be off, and with --families of programs',
  ],
  ['an option that does not exist', ['--kernal', '6.12'], "Unknown option '--kernal'"],
  ['an option without its value', ['--kernel'], "Option '--kernel <value>' argument missing"],
  ['an argument that is no option', ['6.12'], "Unexpected argument '6.12'"],
])('the recording script refuses %s before it starts', (_, args, message) => {
  const { status, stdout, stderr } = record(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`record: ${message}`);
});
