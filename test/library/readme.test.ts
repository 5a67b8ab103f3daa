import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/run_cli.js';
import { readmeBlock } from '../readme_block.js';

test('the program in the README prints what stands beneath it', () => {
  const program = readmeBlock('js', 'import ');
  expect(program.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  const [, ...lines] = readmeBlock('console', '$ node library.mjs').split('\n');
  const folder = mkdtempSync(join(tmpdir(), 'bpf-token-sim-library-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', 'bpf-token-sim'), 'junction');
    writeFileSync(join(folder, 'library.mjs'), program);
    const output = execFileSync(process.execPath, ['library.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(output).toBe(lines.join('\n'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
