import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';

/** A folder and a DuckDB to write tables with, while a file's tests run: they are there from its own beforeAll() on. */
export function duckdbFolder(): { folder: string; duckdb: DuckDBConnection } {
  const here = {} as { folder: string; duckdb: DuckDBConnection };
  beforeAll(async () => {
    here.folder = await mkdtemp(join(tmpdir(), 'parquet-'));
    here.duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  });
  afterAll(async () => {
    here.duckdb.closeSync();
    await rm(here.folder, { recursive: true });
  });
  return here;
}
