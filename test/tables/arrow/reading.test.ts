import { Table, type Vector } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REQUEST_COLUMNS, type RequestColumn } from '../../../src/tables/request_table.js';
import { cases } from '../../cases.js';
import { expectedOf, type Read, read, smallWorld } from '../small_world.js';
import { type Cell, ipc, readFile, readStream, TYPES, vectorOf } from './arrow_table.js';

const world = smallWorld();

/** Cells of a row of NDJSON that says the same. */
function asNdjson(columns: Partial<Record<RequestColumn, readonly Cell[]>>, rows: number): string {
  return Array.from({ length: rows }, (_, row) => {
    const object = Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, cells[row]]));
    return `${JSON.stringify(object)}\n`;
  }).join('');
}

/** What a read says, with rows named by number whatever named them. */
function said({ rows, problems, chunks }: Read) {
  const bad = chunks.flatMap((chunk) => [...chunk.bad].map(([row, texts]) => [chunk.firstRow + row, texts]));
  const { first, ...rest } = problems;
  const named = first.map(({ line, row, ...problem }) => ({ ...problem, row: row ?? line }));
  return { rows, bad, problems: { ...rest, first: named }, expects: expectedOf(chunks) };
}

async function compare(columns: Partial<Record<RequestColumn, readonly Cell[]>>, types: readonly string[]) {
  const names = Object.keys(columns) as RequestColumn[];
  const rows = columns.task?.length ?? 0;
  const vectors = Object.fromEntries(
    names.map((name, i) => [name, vectorOf(types[i] as string, columns[name] as readonly Cell[])]),
  ) as Record<string, Vector>;
  const expected = said(await read(world, 'ndjson', [asNdjson(columns, rows)]));
  const table = new Table(vectors);
  expect(said(readFile(world, ipc(table, 'file')))).toEqual(expected);
  expect(said(await readStream(world, ipc(table, 'stream')))).toEqual(expected);
  if (rows < 1000) expect(said(await readStream(world, ipc(table, 'stream'), 7))).toEqual(expected);
}

const NAMES: Readonly<Record<RequestColumn, readonly string[]>> = {
  task: ['root', 'agent', 'say "hi", you\nthere', '#2', '#9', 'agnet', ' agent ', ''],
  token: ['full', 'maps-only', 'ü, näher', '#1', '#7', 'fulll', ' '],
  cmd: [
    'map_create',
    'prog_load',
    'BPF_PROG_LOAD',
    'btf_load',
    'link_create',
    'prog_attach',
    '5',
    '70',
    'prog_laod',
    '-1',
    '',
  ],
  map_type: ['array', 'hash', 'lru-hash', '3', '99', 'aray', ''],
  prog_type: ['xdp', 'kprobe', 'tc', '8', 'xpd', '4294967296', ''],
  expected_attach_type: ['xdp', 'cgroup_inet_ingress', '0', 'xd', ''],
  insn_cnt: ['1', '4096', '0x10', '4294967295', '4294967296', '-1', 'many', ''],
  program: ['', 'absent'],
  pre: ['token_ebadf', 'none', '7', 'bad_row', 'late-enoent', '8', 'what', ''],
  expect: ['allowed', 'EPERM', '-EINVAL', 'nothing', ''],
};
const TEXTS = Object.keys(TYPES).filter((type) => type.includes('utf8') || type.startsWith('dict'));
const NUMBERS = Object.keys(TYPES).filter((type) => /^u?int/.test(type));

describe('cells mean what they mean in NDJSON', () => {
  it.each(TEXTS)('names as %s, any of them wrong or empty', async (type) => {
    const columns = fc.record(
      Object.fromEntries(
        REQUEST_COLUMNS.map((name) => [
          name,
          fc.array(fc.option(fc.constantFrom(...NAMES[name]), { freq: 6 }), { minLength: 40, maxLength: 40 }),
        ]),
      ) as Record<RequestColumn, fc.Arbitrary<Cell[]>>,
    );
    await fc.assert(
      fc.asyncProperty(columns, (cells) =>
        compare(
          cells,
          REQUEST_COLUMNS.map(() => type),
        ),
      ),
      { numRuns: cases(3, 8) },
    );
  });

  it.each(NUMBERS)('numbers as %s, any of them out of range or empty', async (type) => {
    const isSigned = type.startsWith('int');
    const bits = Number(/\d+/.exec(type)?.[0]);
    const most = 2 ** Math.min(bits - (isSigned ? 1 : 0), 40) - 1;
    const number = fc.oneof(
      fc.nat(Math.min(most, 8)),
      fc.integer({ min: isSigned ? -Math.min(most, 1e6) : 0, max: most }),
    );
    const column = fc.array(fc.option(number, { freq: 6 }), { minLength: 33, maxLength: 33 });
    const columns = fc.record(
      Object.fromEntries(REQUEST_COLUMNS.map((name) => [name, column])) as Record<RequestColumn, fc.Arbitrary<Cell[]>>,
    );
    await fc.assert(
      fc.asyncProperty(columns, (cells) =>
        compare(
          cells,
          REQUEST_COLUMNS.map(() => type),
        ),
      ),
      { numRuns: cases(3, 8) },
    );
  });

  it('more rows than a chunk has, nulls on both sides of its end, and columns that are absent', async () => {
    const rows = 17_000;
    const cells = {
      task: Array.from({ length: rows }, (_, row) => (row % 4973 === 0 ? null : row % 4)),
      cmd: Array.from({ length: rows }, (_, row) => ['map_create', 'prog_load', 'btf_load'][row % 3] as string),
      map_type: Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? 'hash' : null)),
      prog_type: Array.from({ length: rows }, (_, row) => (row % 3 === 1 ? 'xdp' : null)),
    };
    await compare(cells, ['uint16', 'dict_int32', 'dict_int8', 'utf8']);
  });
});
