import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TooManyGroupsError } from '../../src/batch/errors.js';
import { addGroups, checkGroups, type Group, Grouping, type Groups } from '../../src/batch/summary/group_by.js';
import { GROUP_COLUMNS, type GroupColumn } from '../../src/batch/summary/group_columns.js';
import { createColumns, setRow } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { NO_TOKEN, requestOf, type World } from '../../src/kernel/world.js';
import { REQUEST_FORMATS, type RequestChunk } from '../../src/tables/request_table.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { VerdictRowsByRow } from '../tables/oracle/verdict_rows.js';
import { randomTable } from '../tables/random_tables.js';
import { read, smallWorld } from '../tables/small_world.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const writer = new VerdictRowsByRow(world, 'csv');

/** The groups of chunks, counted here and there, and the rows of the output. */
function grouped(grouping: Grouping, chunks: readonly RequestChunk[]): { groups: Groups; output: string } {
  const groups = grouping.none();
  let output = writer.header;
  for (const chunk of chunks) {
    const verdicts = new Uint8Array(chunk.rows);
    evaluator.decideBatch(chunk.columns, verdicts);
    const part = grouping.none();
    grouping.count(part, chunk, verdicts);
    addGroups(groups, structuredClone(part));
    output += Buffer.from(writer.rows(chunk, verdicts)).toString();
  }
  return { groups, output };
}

/** The rows of an output, read. */
const readRows = (output: string): Record<string, string>[] =>
  parse(output, { columns: true, relax_quotes: true, record_delimiter: '\n' });

/** The groups of an output's rows, counted. */
function counted(rows: readonly Record<string, string>[], columns: readonly GroupColumn[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const key = JSON.stringify(columns.map((column) => row[column]));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

const asMap = (groups: readonly Group[]): Map<string, number> =>
  new Map(groups.map(({ texts, rows }) => [JSON.stringify(texts), rows]));

const someColumns = fc.uniqueArray(fc.constantFrom(...GROUP_COLUMNS), { minLength: 1 });

describe('counting by columns is counting the output', () => {
  test.each(REQUEST_FORMATS)('of a random %s table', async (format) => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(randomTable(format), someColumns, async (bytes, columns) => {
        const { chunks } = await read(world, format, [bytes], 7);
        const grouping = new Grouping(world, columns);
        const { groups, output } = grouped(grouping, chunks);
        const list = grouping.list(groups);
        expect(asMap(list)).toEqual(counted(readRows(output), columns));
        expect(list.map((group) => group.rows)).toEqual(list.map((group) => group.rows).sort((a, b) => b - a));
        rows += list.reduce((sum, group) => sum + group.rows, 0);
      }),
      { numRuns: 100 },
    );
    expect(rows).toBeGreaterThan(150);
  });

  test('of drawn requests, by every column', () => {
    const chunks = [...generateRequests(world, 3, 5000, { chunkRows: 700 })];
    let rows: Record<string, string>[] | undefined;
    for (const columns of [...GROUP_COLUMNS.map((column) => [column]), GROUP_COLUMNS]) {
      const grouping = new Grouping(world, columns);
      const { groups, output } = grouped(grouping, chunks);
      rows ??= readRows(output);
      expect(asMap(grouping.list(groups))).toEqual(counted(rows, columns));
    }
  });

  test('of ids the world does not have', () => {
    const ids = [0, 3, 4, 5, 9, NO_TOKEN - 1, NO_TOKEN];
    const pairs = ids.flatMap((task) => ids.map((token) => ({ task, token })));
    const columns = createColumns(pairs.length);
    pairs.forEach((pair, row) => {
      setRow(columns, row, requestOf({ ...pair, cmd: 18 }));
    });
    const chunk = { columns, rows: pairs.length, firstRow: 0, bad: new Map() };
    const grouping = new Grouping(world, ['task', 'token']);
    const { groups, output } = grouped(grouping, [chunk]);
    expect(asMap(grouping.list(groups))).toEqual(counted(readRows(output), ['task', 'token']));
  });
});

test('columns of which no number can be made are refused', () => {
  const many = <Spec>(spec: Spec): Spec[] => Array.from({ length: 65_000 }, (_, i) => ({ ...spec, name: `n${i}` }));
  const large = {
    ...world,
    tasks: many(world.tasks[0] as World['tasks'][number]),
    tokens: many(world.tokens[0] as World['tokens'][number]),
  };
  expect(() => new Grouping(large, GROUP_COLUMNS)).toThrow(TooManyGroupsError);
  expect(new Grouping(large, ['task', 'token', 'cmd']).columns).toEqual(['task', 'token', 'cmd']);
});

test('more groups than should be kept are an error', () => {
  const known = new Map<number, number>();
  for (let i = 0; i <= 1 << 20; i++) known.set(i, 1);
  const written = new Map(Array.from({ length: (1 << 16) + 1 }, (_, i) => [`["${i}"]`, 1]));
  expect(() => checkGroups({ known, written: new Map() })).toThrow(
    'there are more than 1,048,576 groups; leave out a column',
  );
  expect(() => addGroups({ known: new Map(), written: new Map() }, { known: new Map(), written })).toThrow(
    'rows with a problem are of more than 65,536 groups',
  );
});
