import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Table, tableToIPC, Utf8, type Vector, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { UnknownNameError } from '../../src/errors.js';
import { RandomSource } from '../../src/fuzz/random_source.js';
import { OUTCOME_NAMES } from '../../src/kernel/verdict.js';
import type { ProgramSpec } from '../../src/kernel/verifier/program_needs.js';
import { resolveHelper } from '../../src/names/helper_names.js';
import type { NamedRequest } from '../../src/request/resolve_request.js';
import { evaluateTable } from '../../src/tables/evaluate_table.js';
import { TABLE_FORMATS, type TableFormat } from '../../src/tables/formats.js';
import { smallWorld } from './small_world.js';

const plain = smallWorld();
const number = (kind: 'prog_types' | 'attach_types', name: string) => plain.profile.vocabulary.require(kind, name);
const program = (name: string, type: string, helper: string, attach = 'cgroup_inet_ingress'): ProgramSpec => ({
  name,
  progType: number('prog_types', type),
  attachType: number('attach_types', attach),
  helpers: [resolveHelper(helper) as number],
  liberties: name === 'leaky' ? ['pointer_leaks'] : [],
  isGpl: true,
  isSleepable: false,
});
const world = {
  ...plain,
  unprivilegedBpfDisabled: 0 as const,
  programs: [
    program('reader', 'kprobe', 'probe_read_kernel'),
    program('writer', 'kprobe', 'probe_write_user'),
    program('dropper', 'xdp', 'redirect', 'xdp'),
    program('leaky', 'socket_filter', 'ktime_get_ns'),
  ],
};
const evaluator = createEvaluator(world);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const COLUMNS = ['task', 'token', 'cmd', 'map_type', 'prog_type', 'expected_attach_type', 'program'] as const;
type Row = Record<(typeof COLUMNS)[number], string>;

/** Rows of which half name a program; some of these say its types, some others than its own, some a program that there is not. */
function randomRows(rows: number): Row[] {
  const random = new RandomSource(3);
  return Array.from({ length: rows }, () => ({
    task: random.pick(['root', 'agent', '#3']),
    token: random.pick(['', 'full', 'full', 'maps-only']),
    cmd: random.chance(80) ? 'prog_load' : 'map_create',
    map_type: 'array',
    prog_type: random.pick(['', 'kprobe', 'xdp', 'socket_filter']),
    expected_attach_type: random.pick(['', '', 'xdp']),
    program: random.pick(['', '', '', 'reader', 'writer', 'dropper', 'leaky', 'absent']),
  }));
}

/** What a row is answered: that of the same request by names, or that it is bad. */
function reasonOf(row: Row): string {
  const given = Object.fromEntries(
    Object.entries(row)
      .filter(([, cell]) => cell !== '')
      .map(([name, cell]) => [name, cell === '#3' ? 3 : cell]),
  );
  try {
    return evaluator.decide(given as unknown as NamedRequest).reason;
  } catch (error) {
    if (error instanceof UnknownNameError || /prog_load needs|, and program/.test(String(error))) return 'bad_row';
    throw error;
  }
}

function bytesOf(format: TableFormat, rows: readonly Row[]): Uint8Array {
  const text = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`);
  const column = (name: keyof Row) => rows.map((row) => row[name] || null);
  switch (format) {
    case 'csv':
      return text([COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => row[name]).join(','))]);
    case 'ndjson':
      return text(rows.map((row) => JSON.stringify(row)));
    case 'arrow':
    case 'arrows': {
      const vectors = COLUMNS.map((name) => {
        // Some columns are dictionaries, some texts.
        const isText = name === 'program' || name === 'prog_type';
        return [name, isText ? vectorFromArray(column(name), new Utf8()) : vectorFromArray(column(name))];
      });
      return tableToIPC(
        new Table(Object.fromEntries(vectors) as Record<string, Vector>),
        format === 'arrow' ? 'file' : 'stream',
      );
    }
    default: {
      const columnData = COLUMNS.map((name) => ({ name, data: column(name), type: 'STRING' as const, nullable: true }));
      return new Uint8Array(parquetWriteBuffer({ columnData }));
    }
  }
}

test.each(TABLE_FORMATS)('%s: a row with a program is decided as the same request by names', async (format) => {
  const rows = randomRows(40_000);
  const bytes = bytesOf(format, rows);
  const path = join(folder, `table.${format}`);
  writeFileSync(path, bytes);
  const reasons: string[] = [];
  for await (const { verdicts } of evaluateTable(evaluator, path)) {
    for (const byte of verdicts) reasons.push(OUTCOME_NAMES[byte & 31] as string);
  }
  expect(reasons).toEqual(rows.map(reasonOf));
  for (const reason of ['allowed', 'helper_not_offered', 'liberty_not_granted', 'bad_row'])
    expect(reasons).toContain(reason);
});
