import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inProcess } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const folder = mkdtempSync(join(tmpdir(), 'bpftoken-compression-'));
let duckdb: DuckDBConnection;
beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(() => {
  duckdb.closeSync();
  rmSync(folder, { recursive: true });
});

/** How the columns of a file are compressed, as another program says. */
async function codecsOf(path: string): Promise<unknown> {
  const read = await duckdb.runAndReadAll(`SELECT DISTINCT compression FROM parquet_metadata('${path}')`);
  return read.getColumns()[0];
}

const HAS_ZSTD = 'zstdCompressSync' in zlib;
const EXPECTED = { snappy: 'SNAPPY', none: 'UNCOMPRESSED', zstd: HAS_ZSTD ? 'ZSTD' : undefined } as const;

test.each(Object.entries(EXPECTED))('requests and verdicts in Parquet with --compression %s', async (name, codec) => {
  const [requests, verdicts] = [join(folder, `${name}.parquet`), join(folder, `${name}-verdicts.parquet`)];
  const compression = ['--compression', name];
  const made = await inProcess(['generate', FLEET, '--rows', '5000', '--out', requests, ...compression]);
  if (codec === undefined) {
    // Node has no zstd before 22.15.
    expect(made.code).toBe(2);
    expect(made.stderr).toMatch(
      /^zstd needs Node 22\.15 or later, and this is v\d+\.\d+\.\d+: compress with snappy, or/,
    );
    const many = await inProcess([
      'generate',
      FLEET,
      '--rows',
      '1M',
      '--workers',
      '2',
      '--out',
      requests,
      ...compression,
    ]);
    expect([many.code, many.stderr]).toEqual([2, made.stderr]);
    expect(existsSync(requests)).toBe(false);
    return;
  }
  const decided = await inProcess(['eval', FLEET, '--requests', requests, '--out', verdicts, ...compression]);
  expect([made.code, decided.code]).toEqual([0, 0]);
  for (const path of [requests, verdicts]) expect(await codecsOf(path)).toEqual([codec]);
  const counted = await inProcess(['eval', FLEET, '--requests', verdicts, '--json']);
  const plain = await inProcess(['eval', FLEET, '--generate', '5000', '--json']);
  expect(JSON.parse(counted.stdout).outcomes).toEqual(JSON.parse(plain.stdout).outcomes);
});

test('--compression is refused for a table of another format, before anything is written', async () => {
  const out = join(folder, 'x.csv');
  for (const args of [
    ['generate', FLEET, '--rows', '10', '--out', out],
    ['eval', FLEET, '--generate', '10', '--out', out],
  ]) {
    const { code, stderr } = await inProcess([...args, '--compression', 'none']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: '--compression is for a Parquet table, and this one is csv\n',
    });
  }
  expect(existsSync(out)).toBe(false);
});
