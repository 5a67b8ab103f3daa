import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TABLE_FORMATS, type TableFormat } from '../../src/tables/formats.js';
import { cases, oneOf } from '../cases.js';
import { inProcess } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-formats-'));
const outputs = join(temporary, 'outputs');
mkdirSync(outputs);
let duckdb: DuckDBConnection;
afterAll(() => {
  duckdb?.closeSync();
  rmSync(temporary, { recursive: true });
});

/** All of them are more than a chunk. */
const ROWS = cases(4000, 17_000);
/** Rows that cannot be read, after the generated ones. */
const BAD =
  '{"task":"nobody","cmd":"btf_laod"}\n{"cmd":"btf_load"}\n' +
  '{"task":"wbe","cmd":"btf_load"}\n{"task":"web","cmd":"map_create","map_type":4294967296}\n';
/** What is wrong with them. */
const WRONG = [
  { of: 1, kind: 'no_such_task', column: 'task', message: "no task is called 'nobody'" },
  { of: 1, kind: 'unknown_name', column: 'cmd', message: "no command is called 'btf_laod'", nearest: 'btf_load' },
  { of: 2, kind: 'missing_value', column: 'task' },
  { of: 3, kind: 'no_such_task', column: 'task', message: "no task is called 'wbe'", nearest: 'web' },
  { of: 4, kind: 'out_of_range', column: 'map_type', message: '4294967296 is not a number map_type can have' },
];

/** A table of each format. */
type Tables = Readonly<Record<TableFormat, string>>;
const inEach = (name: string, folder = temporary): Tables =>
  Object.fromEntries(TABLE_FORMATS.map((format) => [format, join(folder, `${name}.${format}`)])) as unknown as Tables;
/** As `bpftoken generate` writes them. */
const generated = inEach('drawn');
/** Verdicts of generated rows and bad ones, as `bpftoken eval --out` writes them. */
const verdicts = inEach('verdicts');
const said = {} as Record<TableFormat, { generate: string; eval: string }>;

beforeAll(async () => {
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  const mixed = join(temporary, 'mixed.ndjson');
  for (const format of TABLE_FORMATS) {
    const args = ['generate', FLEET, '--rows', String(ROWS), '--seed', '7', '--out', generated[format]];
    said[format] = { generate: (await inProcess(args)).stdout, eval: '' };
    if (format === 'csv') {
      await inProcess([...args.slice(0, -1), mixed]);
      appendFileSync(mixed, BAD);
    }
    const out = ['--out', verdicts[format], '--summary', 'task,cmd,reason', '--json'];
    said[format].eval = (await inProcess(['eval', FLEET, '--requests', mixed, ...out])).stdout;
  }
});

interface Evaluated {
  readonly problems: { readonly first: readonly object[] };
  readonly summary: readonly object[];
}

/** What `bpftoken eval` says of a table, without what differs from run to run. */
async function evaluated(...args: string[]): Promise<Evaluated> {
  const { code, stdout, stderr } = await inProcess(['eval', FLEET, ...args, '--summary', 'task,cmd,reason', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { elapsed_ms, peak_memory_bytes, ...rest } = JSON.parse(stdout);
  expect(elapsed_ms).toBeGreaterThanOrEqual(0);
  expect(peak_memory_bytes).toBeGreaterThan(0);
  return rest;
}

/** Rows of a table, read by other programs than ours. */
async function rowsOf(table: string, format: TableFormat): Promise<Record<string, unknown>[]> {
  if (format === 'arrow' || format === 'arrows') {
    return tableFromIPC(readFileSync(table))
      .toArray()
      .map((row) => row.toJSON());
  }
  const read = { csv: 'read_csv', ndjson: 'read_json', parquet: 'read_parquet' }[format];
  return (await duckdb.runAndReadAll(`FROM ${read}('${table}')`)).getRowObjects();
}

/** The messages about the rows of a seed that were not written. */
let unwritten: Promise<Evaluated> | undefined;

describe.each(TABLE_FORMATS)('%s', (format) => {
  test('the rows of a seed have the summary that they have unwritten', async () => {
    unwritten ??= evaluated('--generate', String(ROWS), '--seed', '7');
    expect(await evaluated('--requests', generated[format])).toEqual(await unwritten);
  });

  test('--summary has the numbers of counting the rows of --out', async () => {
    const { summary } = JSON.parse(said[format].eval) as { summary: { rows: number }[] };
    const counted = new Map<string, number>();
    for (const row of await rowsOf(verdicts[format], format)) {
      const key = JSON.stringify([row.task ?? null, row.cmd ?? null, row.reason]);
      counted.set(key, (counted.get(key) ?? 0) + 1);
    }
    const told = summary.map(({ rows, ...columns }) => [JSON.stringify(Object.values(columns)), rows] as const);
    expect(new Map(told)).toEqual(counted);
    expect(counted.get(JSON.stringify(['nobody', 'btf_laod', 'bad_row']))).toBe(1);
  });

  test('bad rows get a verdict, are counted by kind, and named with their place', async () => {
    const again = await evaluated('--requests', verdicts[format]);
    expect(again).toMatchObject({ rows: ROWS + 4, bad_rows: 4 });
    const counts = { no_such_task: 2, unknown_name: 1, missing_value: 1, out_of_range: 1 };
    expect(again.problems).toMatchObject({ total: WRONG.length, rows: 4, counts });
    const place = (row: number) =>
      format === 'csv' ? { line: row + 1 } : format === 'ndjson' ? { line: row } : { row };
    expect(again.problems.first).toMatchObject(
      WRONG.map(({ of, ...problem }) => ({ ...place(ROWS + of), ...problem })),
    );
    const { summary } = JSON.parse(said[format].eval);
    expect(again.summary).toEqual(summary);
  });

  test('--strict stops at the first bad row, and says which; no output', async () => {
    const table = verdicts[format];
    const args = ['--requests', table, '--strict', '--out', join(outputs, `strict.${format}`)];
    const { code, stdout, stderr } = await inProcess(['eval', FLEET, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const place = format === 'csv' ? `:${ROWS + 2}` : format === 'ndjson' ? `:${ROWS + 1}` : `: row ${ROWS + 1}`;
    expect(stderr).toBe(`${table}${place}: task: no task is called 'nobody' (--strict stops at the first such row)\n`);
    expect(readdirSync(outputs)).toEqual([]);
  });
});

describe.each(oneOf(2, TABLE_FORMATS))('%s', (format) => {
  test('no rows: a table again, of requests and of verdicts', async () => {
    const [requests, out] = [join(temporary, `none.${format}`), join(temporary, `none-out.${format}`)];
    await inProcess(['generate', FLEET, '--rows', '0', '--out', requests]);
    expect(await evaluated('--requests', requests, '--out', out)).toMatchObject({ rows: 0, summary: [] });
    expect(await evaluated('--requests', out)).toMatchObject({ rows: 0, problems: { total: 0, unknown_columns: [] } });
    expect(await columnsOf(requests, format)).toEqual(
      format === 'ndjson' ? [] : expect.arrayContaining(['task', 'cmd']),
    );
    expect(await columnsOf(out, format)).toEqual(format === 'ndjson' ? [] : expect.arrayContaining(['row', 'reason']));
  });

  test('generate says how many, where, how long, and how many a second; numbers in JSON are numbers', async () => {
    expect(said[format].generate.replace(ROWS.toLocaleString('en'), 'ROWS')).toMatch(
      /^wrote ROWS requests to \S+ \(seed 7\) in [\d.]+ s, [\d,.]+( million)? a second\n$/,
    );
    const out = join(temporary, 'said');
    const { stdout } = await inProcess([
      'generate',
      FLEET,
      '--rows',
      '1200',
      '--out',
      out,
      '--format',
      format,
      '--json',
    ]);
    expect(JSON.parse(stdout)).toEqual({
      schema: 'bpf-token-sim/generate/1',
      rows: 1200,
      seed: 1,
      format,
      out,
      elapsed_ms: expect.any(Number),
      peak_memory_bytes: expect.any(Number),
    });
  });
});

/** The columns a table without rows has, as other programs see them. */
async function columnsOf(table: string, format: TableFormat): Promise<string[]> {
  if (format === 'csv' || format === 'ndjson') return readFileSync(table, 'utf8').trimEnd().split(',').filter(Boolean);
  if (format !== 'parquet') return tableFromIPC(readFileSync(table)).schema.names as string[];
  const described = await duckdb.runAndReadAll(`DESCRIBE FROM read_parquet('${table}')`);
  return described.getRowObjects().map(({ column_name }) => String(column_name));
}

describe('a table that is none, or not whole, is an error that names it; no output', () => {
  /** What is asked of a table: its rows, or counts of them. */
  type Refusal = (name: string) => readonly string[];
  const REFUSALS: readonly Refusal[] = [(name) => ['--out', join(outputs, name)], () => ['--summary', 'cmd']];
  const EMPTY: readonly (readonly [TableFormat, string])[] = [
    ['csv', ':1: the table is empty: its first line names the columns, at least task and cmd'],
    ['arrow', ': the table is empty: not even a schema is there'],
    ['arrows', ': the table is empty: not even a schema is there'],
    ['parquet', ': it cannot be read as Parquet: '],
  ];
  test.each(EMPTY)('an empty file, as %s', async (format, message) => {
    await refused(`empty.${format}`, Buffer.of(), message);
  });

  const CUT: readonly (readonly [TableFormat, readonly number[], string])[] = [
    // In the magic, the schema, the dictionaries, rows, the footer, and the magic at the end.
    [
      'arrow',
      [8, 500, 5000, -10_000, -1000, -1],
      ': the Arrow file is cut off: its end, which says where rows lie, is missing',
    ],
    ['arrows', [1, 500, 5000, -10_000, -9, -1], ': the Arrow stream is cut off after '],
    ['parquet', [1, 4, 5000, -5000, -8, -1], ': it cannot be read as Parquet: '],
  ];
  test.each(CUT)('%s that is cut off', async (format, places, message) => {
    const whole = readFileSync(generated[format]);
    for (const [i, place] of oneOf(2, places, 1).entries()) {
      await refused(`cut.${format}`, whole.subarray(0, place), message, [REFUSALS[i % 2] as Refusal]);
    }
  });

  test.each([
    [
      'a missing column',
      `SELECT 'web' AS task, 'xdp' AS prog_type`,
      ': the table has no cmd column: it has task, prog_type',
    ],
    ['fractions', `SELECT 'web' AS task, 0.5::DOUBLE AS cmd`, ': column cmd is DOUBLE: integers or text can be read'],
  ])('Parquet with %s', async (_, query, message) => {
    await duckdb.run(`COPY (${query}) TO '${temporary}/other.parquet' (FORMAT parquet)`);
    await refused('other.parquet', undefined, message);
  });

  /** Evaluates a table of these bytes, or one that is there. */
  async function refused(name: string, bytes: Uint8Array | undefined, message: string, ways = REFUSALS): Promise<void> {
    const table = join(temporary, name);
    if (bytes) writeFileSync(table, bytes);
    for (const args of ways.map((way) => way(name))) {
      const { code, stdout, stderr } = await inProcess(['eval', FLEET, '--requests', table, ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr.slice(0, table.length + message.length)).toBe(`${table}${message}`);
      expect(stderr.trimEnd()).not.toContain('\n');
      expect(readdirSync(outputs)).toEqual([]);
    }
  }
});

test('Parquet with texts where numbers belong: texts that are numbers are, others are problems of their rows', async () => {
  const table = join(temporary, 'texts.parquet');
  const query = `SELECT 'web' AS task, 'prog_load' AS cmd, 'xdp' AS prog_type, unnest(['7', 'seven', '']) AS insn_cnt`;
  await duckdb.run(`COPY (${query}) TO '${table}' (FORMAT parquet)`);
  const { code, stdout } = await inProcess(['eval', FLEET, '--requests', table]);
  expect(code).toBe(0);
  expect(stdout).toContain(
    `1 row has something wrong; not evaluated\n  ${table}: row 2: insn_cnt: 'seven' is no number of instructions, 0 to 4294967295\n`,
  );
});
