import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inProcess, ROOT } from '../cli/run_cli.js';
import { batchProgramRun } from './batch_program.js';

const folder = mkdtempSync(join(tmpdir(), 'bpf-token-sim-batch-'));
const fleet = join(ROOT, 'examples/fleet.yaml');
/** Workers have a part in it from 131,072 rows on. */
const ROWS = 135_000;
const { files, check } = batchProgramRun(ROWS);

beforeAll(async () => {
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules', 'bpf-token-sim'), 'junction');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await inProcess([
    'generate',
    fleet,
    '--rows',
    String(ROWS),
    '--seed',
    '1',
    '--out',
    join(folder, 'requests.parquet'),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

// test/package runs it in the main thread as well.
test('the program of docs/library.md evaluates a Parquet table over workers, also inside a worker thread', async () => {
  const args = ['in_worker.mjs', fleet, 'requests.parquet', 'rows.csv'];
  check(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  await inProcess([
    'eval',
    fleet,
    '--requests',
    join(folder, 'requests.parquet'),
    '--out',
    join(folder, 'command.csv'),
  ]);
  const [rows, ofCommand] = ['rows.csv', 'command.csv'].map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(rows?.split('\n').length).toBe(ROWS + 2);
  expect(rows).toBe(ofCommand);
});
