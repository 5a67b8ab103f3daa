import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runBatch } from '../../src/batch/run_batch.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { evaluateTable } from '../../src/tables/evaluate_table.js';
import { RequestTableError } from '../../src/tables/request_table.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { cases } from '../cases.js';
import { duckdbFolder } from './duckdb_folder.js';
import { smallWorld } from './small_world.js';
import { requestTable } from './written.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const here = duckdbFolder();

/** Writes what a query answers as Parquet. */
async function parquetOf(name: string, query: string, options = ''): Promise<string> {
  const path = join(here.folder, name);
  await here.duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`);
  return path;
}

/** What a table says, with rows named by number whatever named them. */
async function said(path: string) {
  const table = evaluateTable(evaluator, path);
  const rows: unknown[] = [];
  for await (const { columns, verdicts, bad, expects, firstRow } of table) {
    expect(firstRow).toBe(rows.length);
    for (let row = 0; row < verdicts.length; row++) {
      const request = Object.values(columns).map((column) => column[row]);
      rows.push([...request, verdicts[row], expects?.[row] ?? -1, bad.get(row)]);
    }
  }
  const { first, ...rest } = table.problems;
  return {
    rows,
    problems: { ...rest, first: first.map(({ line, row, ...problem }) => ({ ...problem, row: row ?? line })) },
  };
}

/** The bytes of each column of a table of many rows, its verdicts among them, and how many rows have what wrong. */
async function columnsOf(path: string) {
  const table = evaluateTable(evaluator, path);
  const pieces: Record<string, Uint8Array[]> = {};
  let rows = 0;
  for await (const { columns, verdicts, firstRow } of table) {
    expect(firstRow).toBe(rows);
    rows += verdicts.length;
    for (const [name, { buffer, byteOffset, byteLength }] of Object.entries({ ...columns, verdicts })) {
      pieces[name] = [...(pieces[name] ?? []), new Uint8Array(buffer, byteOffset, byteLength).slice()];
    }
  }
  const columns = Object.fromEntries(Object.entries(pieces).map(([name, list]) => [name, Buffer.concat(list)]));
  return { columns, counts: table.problems.counts };
}

const text = (...names: string[]) => fc.option(fc.constantFrom(...names), { freq: 6 });
const anyRow = fc.record({
  task: text('root', 'agent', 'agnet', 'say "hi", you\nthere', ' #1 ', ''),
  token: text('full', 'ü, näher', '#7', "it's"),
  cmd: text('map_create', 'BPF_PROG_LOAD', '5', 'prog_laod', 'link-create'),
  map_type: text('hash', '99', 'aray'),
  prog_type: text('xdp', 'tc', 'xpd'),
  expected_attach_type: text('xdp', 'xd', '0'),
  insn_cnt: text('1', '4294967295', '4294967296', 'many'),
  pre: text('token_ebadf', '7', 'what'),
  expect: text('allowed', 'EPERM', 'nothing'),
});

describe('a Parquet table', () => {
  it('means what NDJSON means, whatever its cells', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { minLength: 30, maxLength: 30 }), async (rows) => {
        const lines = join(here.folder, 'any.ndjson');
        await writeFile(lines, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        const columns = Object.keys(rows[0] as object).map((name) => `${name}: 'VARCHAR'`);
        const query = `SELECT * FROM read_json('${lines}', format = 'newline_delimited', columns = {${columns.join(', ')}})`;
        expect(await said(await parquetOf('any.parquet', query))).toEqual(await said(lines));
      }),
      { numRuns: cases(10, 20) },
    );
  });

  it('has its rows in the order of the file, over many row groups, with numbers and names', async () => {
    const rows = 60_000;
    const query =
      `SELECT (i % 5)::UTINYINT AS task, CASE WHEN i % 3 = 0 THEN NULL ELSE (i % 4)::BIGINT END AS token, ` +
      `['map_create', 'prog_load', 'btf_load'][i % 3 + 1] AS cmd, ['hash', 'array'][i % 2 + 1] AS map_type, ` +
      `'xdp' AS "Prog Type", i::INTEGER AS insn_cnt, i AS "row" FROM range(${rows}) t(i)`;
    const path = await parquetOf('many.parquet', query, ', ROW_GROUP_SIZE 10007');
    const lines = Array.from({ length: rows }, (_, i) =>
      JSON.stringify({
        task: i % 5,
        token: i % 3 === 0 ? null : i % 4,
        cmd: ['map_create', 'prog_load', 'btf_load'][i % 3],
        map_type: ['hash', 'array'][i % 2],
        prog_type: 'xdp',
        insn_cnt: i,
      }),
    );
    const table = join(here.folder, 'many.ndjson');
    await writeFile(table, lines.join('\n'));
    const [{ columns, counts }, { columns: expected, counts: expectedCounts }] = [
      await columnsOf(path),
      await columnsOf(table),
    ];
    expect(counts).toEqual(expectedCounts);
    expect(Object.keys(columns)).toEqual(Object.keys(expected));
    expect(expected.verdicts).toHaveLength(rows);
    for (const [name, bytes] of Object.entries(columns)) {
      expect(Buffer.compare(bytes, expected[name] as Buffer), name).toBe(0);
    }
  });

  it('may be empty', async () => {
    const path = await parquetOf('empty.parquet', `SELECT 'root' AS task, 'btf_load' AS cmd WHERE false`);
    expect((await said(path)).rows).toEqual([]);
  });

  it.each([
    ['a missing column', `SELECT 'root' AS task`, 'the table has no cmd column: it has task'],
    ['a float', `SELECT 1.5::DOUBLE AS task, 1 AS cmd`, 'column task is DOUBLE: integers or text can be read'],
    ['a list', `SELECT [1] AS task, 1 AS cmd`, 'column task is nested (LIST): integers or text can be read'],
    ['a column twice', `SELECT 1 AS task, 1 AS "task ", 1 AS cmd`, 'the table has two columns named task'],
  ])('with %s is an error', async (_, query, message) => {
    const path = await parquetOf('wrong.parquet', query);
    await expect(said(path)).rejects.toThrow(`${path}: ${message}`);
  });

  it('with text where a number belongs has problems of rows, not of the table', async () => {
    const query = `SELECT 'root' AS task, 'prog_load' AS cmd, 'xdp' AS prog_type, unnest(['7', 'seven']) AS insn_cnt`;
    const { rows, problems } = await said(await parquetOf('text.parquet', query));
    expect(rows).toHaveLength(2);
    expect(problems.first).toMatchObject([{ row: 2, column: 'insn_cnt', kind: 'unknown_name' }]);
  });

  it('that is cut off, or none, is an error in words', async () => {
    const whole = await readFile(await parquetOf('whole.parquet', `SELECT 'root' AS task, 'btf_load' AS cmd`));
    const path = join(here.folder, 'cut.parquet');
    for (const cut of [0, 4, whole.length >> 1, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, cut));
      await expect(said(path), `cut at ${cut}`).rejects.toThrow(`${path}: it cannot be read as Parquet`);
    }
  });
});

it('a damaged Parquet table has rows or is an error in words', async () => {
  const options = ['', ', PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1, COMPRESSION zstd', ', COMPRESSION uncompressed'];
  const query = `SELECT ['root', 'agent'][i % 2 + 1] AS task, 'btf_load' AS cmd, i AS insn_cnt FROM range(1000) t(i)`;
  const whole = await Promise.all(
    options.map(async (given, i) => readFile(await parquetOf(`damage${i}`, query, given))),
  );
  const path = join(here.folder, 'damaged.parquet');
  const byte = fc.tuple(
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.integer({ min: 0, max: 255 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), fc.array(byte, { minLength: 1, maxLength: 4 }), async (file, bytes) => {
      const damaged = Buffer.from(file);
      for (const [at, value] of bytes) damaged[Math.floor(at * file.length)] = value;
      await writeFile(path, damaged);
      const rows = await said(path).then(
        (reported) => reported.rows.length,
        (error: Error) => error,
      );
      if (rows instanceof Error) expect(rows).toBeInstanceOf(RequestTableError);
      else expect(rows).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: cases(100, 300) },
  );
});

describe('Parquet as output', () => {
  it('gives the verdicts of a table, its bad rows among them', async () => {
    const requests = join(here.folder, 'requests.ndjson');
    const generated = await requestTable(world, 'ndjson', generateRequests(world, 8, 5000));
    const bad = '{"task":"agnet","cmd":"map_create"}\n{"task":"root","cmd":"prog_laod"}\n';
    await writeFile(requests, Buffer.concat([generated, Buffer.from(bad), generated, Buffer.from(bad)]));
    const out = join(here.folder, 'verdicts.parquet');
    const source = { kind: 'file', path: requests, format: 'ndjson' } as const;
    const sink = { kind: 'file', path: out, format: 'parquet' } as const;
    const written = await runBatch({ world, evaluator, source, sink });
    const again = await said(out);
    const direct = await said(requests);
    expect(again.rows).toEqual(direct.rows);
    expect(again.problems.counts).toEqual(direct.problems.counts);
    expect(written.badRows).toBe(4);
    expect((await readdir(here.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('leaves nothing when it is interrupted', async () => {
    const controller = new AbortController();
    const run = runBatch({
      world,
      evaluator,
      source: { kind: 'generated', rows: 1e9, seed: 1 },
      sink: { kind: 'file', path: join(here.folder, 'never.parquet'), format: 'parquet' },
      signal: controller.signal,
      onProgress: ({ rows }) => {
        if (rows > 50_000) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect((await readdir(here.folder)).filter((name) => /never|^\./.test(name))).toEqual([]);
  });
});
