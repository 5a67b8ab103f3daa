import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inProcess } from './run_cli.js';

const FLEET = 'examples/fleet.yaml';
const temporary = mkdtempSync(join(tmpdir(), 'bpftoken-tables-'));
afterAll(() => rmSync(temporary, { recursive: true }));

/** Evaluates a table of that text: what the command says, and the rows it wrote. */
async function evaluated(name: string, text: string | Uint8Array, ...args: string[]) {
  const table = join(temporary, name);
  const out = join(temporary, `${name}.out.csv`);
  writeFileSync(table, text);
  const said = await inProcess(['eval', FLEET, '--requests', table, '--out', out, '--json', ...args]);
  const rows = said.code === 2 ? [] : readFileSync(out, 'utf8').trimEnd().split('\n').slice(1);
  return { ...said, rows, summary: said.code === 2 ? undefined : JSON.parse(said.stdout) };
}

describe('files as people have them', () => {
  test('a CSV with a byte-order mark and CRLF', async () => {
    const { rows, summary } = await evaluated(
      'windows.csv',
      '\uFEFFtask,cmd\r\nweb,btf_load\r\n\r\n"ci-job","btf_load"\r\n',
    );
    expect(rows.map((row) => row.split(',').slice(0, 3))).toEqual([
      ['1', '2', 'web'],
      ['2', '4', 'ci-job'],
    ]);
    expect(summary).toMatchObject({ rows: 2, bad_rows: 0, problems: { total: 0, unknown_columns: [] } });
  });

  test('quoted newlines: a line that cannot be read has its number in the file', async () => {
    const { rows, summary } = await evaluated(
      'quoted.csv',
      'task,note,cmd\nweb,"one\ntwo\nthree",btf_load\nweb,"a ""b""\r\n",btf_load\nnobody,"\n",btf_load\n',
    );
    expect(rows.map((row) => row.split(',')[1])).toEqual(['2', '5', '7']);
    expect(summary.problems.first).toMatchObject([{ kind: 'no_such_task', line: 7 }]);
  });

  test('an empty table: nothing in NDJSON, not even a header in CSV', async () => {
    expect((await evaluated('empty.ndjson', '')).summary).toMatchObject({ rows: 0, bad_rows: 0 });
    const { code, stderr } = await evaluated('empty.csv', '');
    expect(code).toBe(2);
    expect(JSON.parse(stderr).message).toMatch(
      /empty\.csv:1: the table is empty: its first line names the columns, at least task and cmd$/,
    );
  });

  test('a header without rows', async () => {
    for (const text of ['task,cmd\n', 'task,cmd', '\uFEFFtask,cmd\r\n\r\n']) {
      const { rows, summary } = await evaluated('header.csv', text);
      expect({ rows, of: summary.rows }).toEqual({ rows: [], of: 0 });
    }
  });
});
