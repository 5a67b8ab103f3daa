import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBatch } from '../../src/batch/run_batch.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { MAX_TEXTS } from '../../src/tables/parquet/string_table.js';
import { duckdbFolder } from './duckdb_folder.js';
import { smallWorld } from './small_world.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const here = duckdbFolder();

test('more different texts than are remembered are an error that names the column', async () => {
  const path = join(here.folder, 'texts.parquet');
  const query = `SELECT 'root' AS task, 'btf_load' AS cmd, i::VARCHAR AS insn_cnt FROM range(${MAX_TEXTS + 1}) t(i)`;
  await here.duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 10_000_000)`);
  const source = { kind: 'file', path, format: 'parquet' } as const;
  await expect(runBatch({ world, evaluator, source, sink: { kind: 'none' } })).rejects.toThrow(
    'row group 1, column insn_cnt: there are more than 2,097,152 different texts: as CSV, NDJSON or Arrow they could be read',
  );
});
