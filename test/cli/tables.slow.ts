import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inProcess } from './run_cli.js';

const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-tables-'));
afterAll(() => rmSync(temporary, { recursive: true }));

test('an NDJSON file whose line 3,000,001 is broken: that line and no other, at its number', async () => {
  const table = join(temporary, 'large.ndjson');
  const line = '{"task":"web","cmd":18}\n';
  const block = line.repeat(100_000);
  const file = openSync(table, 'w');
  for (let i = 0; i < 30; i++) writeFileSync(file, block);
  writeFileSync(file, `{"task":"web","cmd":\n${line}`);
  closeSync(file);
  const { code, stdout } = await inProcess([
    'eval',
    'examples/fleet.yaml',
    '--requests',
    table,
    '--summary',
    'verdict',
    '--json',
  ]);
  expect(code).toBe(0);
  const { rows, problems, summary } = JSON.parse(stdout);
  expect(rows).toBe(3_000_002);
  expect(problems).toMatchObject({ total: 1, rows: 1, counts: { bad_json: 1 } });
  expect(problems.first).toMatchObject([{ kind: 'bad_json', line: 3_000_001 }]);
  expect(summary).toEqual([
    { verdict: 'denied', rows: 3_000_001 },
    { verdict: 'bad', rows: 1 },
  ]);
});
