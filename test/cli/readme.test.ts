import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bpftoken, ROOT } from './run_cli.js';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The fenced block that starts with a line. */
function block(language: string, start: string): string {
  const text = README.split(`\`\`\`${language}\n`).find((part) => part.startsWith(start));
  if (text === undefined) throw new Error(`README.md has no ${language} block that starts with ${start}`);
  return text.slice(0, text.indexOf('```'));
}

test('the explanation in the README is what the command prints', async () => {
  const [command, ...lines] = block('console', '$ bpftoken explain').split('\n');
  const request = /--request "([^"]+)"/.exec(command as string)?.[1] as string;
  const { stdout } = await bpftoken(['explain', 'examples/fleet.yaml', '--request', request]);
  expect(lines.join('\n')).toBe(stdout);
});

test('the counts of the fleet in the README are what npm start prints', async () => {
  const shown = block('console', '$ npm start').split('\n').slice(2).join('\n');
  const { stdout } = await bpftoken(['eval', 'examples/fleet.yaml', '--generate', '20M', '--seed', '1']);
  // The first line holds the time it took.
  expect(stdout.split('\n').slice(1).join('\n')).toBe(shown);
});

test('the scenario in the README holds', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bpftoken-readme-'));
  try {
    const file = join(directory, 'readme.yaml');
    writeFileSync(file, block('yaml', 'profile: linux-6.12'));
    const { code, stdout } = await bpftoken(['test', file]);
    expect(stdout).toContain('1 of 1 expectations hold');
    expect(code).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
