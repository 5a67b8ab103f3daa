import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readmeBlock } from '../readme_block.js';
import { inProcess } from './run_cli.js';

test('the explanation in the README is what the command prints', async () => {
  const [command, ...lines] = readmeBlock('console', '$ bpftoken explain').split('\n');
  const request = /--request "([^"]+)"/.exec(command as string)?.[1] as string;
  const { stdout } = await inProcess(['explain', 'examples/fleet.yaml', '--request', request]);
  expect(lines.join('\n')).toBe(stdout);
});

test('the files of other tools in the README are read, checked and converted as it shows', async () => {
  const block = readmeBlock('console', '$ bpftoken lint examples/broken');
  const shown = block.split(/^\$ bpftoken /m).slice(1);
  expect(shown).toHaveLength(3);
  for (const one of shown) {
    const end = one.indexOf('\n');
    const { stdout, stderr } = await inProcess(one.slice(0, end).split(' '));
    expect(stderr + stdout).toBe(one.slice(end + 1));
  }
});

test('the delegation that the README suggests is what the command prints', async () => {
  const block = readmeBlock('console', '$ bpftoken suggest');
  const end = block.indexOf('\n');
  const { stdout } = await inProcess(block.slice('$ bpftoken '.length, end).split(' '));
  expect(block.slice(end + 1)).toBe(stdout);
});

test('the counts of the fleet in the README are what npm start prints', async () => {
  const shown = readmeBlock('console', '$ npm start').split('\n').slice(2).join('\n');
  const { stdout } = await inProcess(['eval', 'examples/fleet.yaml', '--generate', '20M', '--seed', '1']);
  // The first line holds the time it took.
  expect(stdout.split('\n').slice(1).join('\n')).toBe(shown);
});

test('the scenario in the README holds', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bpftoken-readme-'));
  try {
    const file = join(directory, 'readme.yaml');
    writeFileSync(file, readmeBlock('yaml', 'profile: linux-6.12'));
    const { code, stdout } = await inProcess(['test', file]);
    expect(stdout).toContain('1 of 1 expectations hold');
    expect(code).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
