import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type * as Batch from '../../src/batch/index.js';
import type * as Library from '../../src/index.js';
import { batchJson } from '../../src/report/batch_report.js';
import { smallWorld } from '../tables/small_world.js';

// Workers are started from what the build wrote.
const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { runBatch } = (await import(dist('batch/index.js'))) as typeof Batch;
const { createEvaluator } = (await import(dist('index.js'))) as typeof Library;

const folder = mkdtempSync(join(tmpdir(), 'summary-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a summary in JSON has its keys in one order, whichever threads counted', async () => {
  const world = smallWorld();
  const path = join(folder, 'table.csv');
  const bad = ['root,btf_laod,', 'nobody,btf_load,', '"root', 'root,btf_load,EINVAL'];
  const rows = Array.from({ length: 4000 }, (_, row) => (row % 50 < 4 ? bad[row % 50] : 'root,btf_load,allowed'));
  writeFileSync(path, `task,cmd,expect\n${rows.join('\n')}\n`);
  const texts = [1, 2].map(async (workers) => {
    const source = { kind: 'file', path, format: 'csv' } as const;
    const sink = { kind: 'none' } as const;
    const evaluator = createEvaluator(world);
    const summary = await runBatch({ world, evaluator, source, sink, workers, splitBytes: 4096 });
    return JSON.stringify({ ...batchJson(world, summary), elapsed_ms: 0, peak_memory_bytes: 0 });
  });
  const [alone, among] = await Promise.all(texts);
  expect(alone).toContain('"first":[{"row":');
  expect(among).toBe(alone);
});
