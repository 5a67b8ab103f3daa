import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ERRNO, type ErrnoName } from '../../src/abi/errno.js';
import { Outcome } from '../../src/abi/verdict.js';
import { BadRowError, BatchFileError } from '../../src/batch/errors.js';
import type { BatchOptions } from '../../src/batch/options.js';
import { runBatch } from '../../src/batch/run_batch.js';
import { allowedRows, type Summary } from '../../src/batch/summary/summary.js';
import { rowOf } from '../../src/engine/columns.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { InvalidArgumentError } from '../../src/errors.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { decodeVerdict, OUTCOMES, verdictWord } from '../../src/kernel/verdict.js';
import { RequestTableError } from '../../src/tables/request_table.js';
import { OUTPUT_COLUMNS } from '../../src/tables/text/row_fragments.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { read, smallWorld } from '../tables/small_world.js';
import { requestTable } from '../tables/written.js';

const world = smallWorld();
const evaluator = createEvaluator(world);
const quiet = { world, evaluator, sink: { kind: 'none' } } as const;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batch-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Runs a table given as text from standard input. */
const ofText = (text: string, more: Partial<BatchOptions> = {}): Promise<Summary> =>
  runBatch({ ...quiet, source: { kind: 'stdin', format: 'csv' }, stdin: Readable.from([Buffer.from(text)]), ...more });

/** Runs and gives the output rows as objects; row and line are numbers, absent values are ''. */
async function rowsOfCsv(path: string): Promise<Record<string, string>[]> {
  const [header, ...lines] = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const names = (header as string).split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((field, i) => [names[i] as string, field])));
}

describe('what a batch answers', () => {
  it('decides each row as the evaluator does, and the summary counts the output rows', async () => {
    const path = join(folder, 'out.ndjson');
    const summary = await runBatch({
      world,
      evaluator,
      source: { kind: 'generated', rows: 40_000, seed: 5 },
      sink: { kind: 'file', path, format: 'ndjson' },
    });
    const rows = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number | null>);
    expect(rows.map(({ row }) => row)).toEqual(Array.from({ length: 40_000 }, (_, i) => i + 1));
    expect(summary).toMatchObject({ rows: 40_000, badRows: 0, profile: 'linux-6.12', isTruncated: false });
    expect(summary.verdicts.reduce((sum, count) => sum + count)).toBe(40_000);
    expect(summary.tasks.reduce((sum, count) => sum + count)).toBe(40_000);
    expect(allowedRows(summary)).toBe(rows.filter(({ verdict }) => verdict === 'allowed').length);
    for (const [task, { name }] of world.tasks.entries()) {
      for (let outcome = 0; outcome < OUTCOMES; outcome++) {
        const reason = Outcome[outcome]?.toLowerCase();
        const counted = rows.filter((row) => row.task === name && row.reason === reason).length;
        expect(summary.tasks[task * OUTCOMES + outcome]).toBe(counted);
      }
    }
    const generated = [...generateRequests(world, 5, 2000)];
    const bytes = generated.flatMap(({ columns, rows: count }) =>
      Array.from({ length: count }, (_, row) => evaluator.decideRequest(rowOf(columns, row))),
    );
    bytes.forEach((byte, row) => {
      expect(rows[row]).toMatchObject({ verdict: verdictWord(byte), errno: decodeVerdict(byte).errno });
    });
  });

  it.each(['csv', 'ndjson'] as const)('writes %s rows that can be read again as the same requests', async (format) => {
    const input = join(folder, `in.${format}`);
    const output = join(folder, `out.${format}`);
    const chunks = [...generateRequests(world, 9, 500)];
    await writeFile(input, await requestTable(world, format, chunks));
    await runBatch({
      world,
      evaluator,
      source: { kind: 'file', path: input, format },
      sink: { kind: 'file', path: output, format },
    });
    const before = await read(world, format, [await readFile(input)]);
    const after = await read(world, format, [await readFile(output)]);
    expect(after.problems.total).toBe(0);
    expect(after.problems.unknownColumns).toEqual([]);
    expect(after.rows).toEqual(before.rows);
  });

  it('writes CSV columns in their order, with lines, reasons and what became of the token', async () => {
    const path = join(folder, 'out.csv');
    await ofText(
      [
        'task,token,cmd,map_type,prog_type,insn_cnt,pre',
        'agent,full,map_create,hash,,,',
        '',
        'nobody,full,PROG_LOAD,,kprobe,3,token_ebadf',
        'root,,map_lookup_elem,,,,',
        'root,,token_create,,,,',
      ].join('\n'),
      { sink: { kind: 'file', path, format: 'csv' } },
    );
    expect(await readFile(path, 'utf8')).toBe(
      [
        OUTPUT_COLUMNS.join(','),
        '1,2,agent,full,map_create,hash,,,,,allowed,,allowed,used',
        '2,4,nobody,full,prog_load,,kprobe,,3,token_ebadf,denied,EBADF,token_ebadf,unusable',
        '3,5,root,,map_lookup_elem,,,,,,allowed,,no_permission_needed,none_given',
        '4,6,root,,token_create,,,,,,undecided,,undecided,none_given',
        '',
      ].join('\n'),
    );
  });

  it('writes bad rows as the file has them', async () => {
    const table = [
      'task,cmd,map_type',
      '"agnet, x",map_create,hash',
      'root,map_create,hsah',
      'root,"map_create',
      'root,btf_load,',
    ].join('\n');
    const path = join(folder, 'out');
    const summary = await ofText(table, { sink: { kind: 'file', path, format: 'csv' } });
    expect((await readFile(path, 'utf8')).split('\n').slice(1)).toEqual([
      '1,2,"agnet, x",,map_create,hash,,,,,bad,,no_such_task,none_given',
      '2,3,root,,map_create,hsah,,,,,bad,,bad_row,none_given',
      '3,4,,,,,,,,,bad,,bad_row,none_given',
      '4,5,root,,btf_load,,,,,,allowed,,allowed,none_given',
      '',
    ]);
    expect(summary).toMatchObject({ rows: 4, badRows: 3, problems: { rows: 3 } });
    expect(summary.tasks[world.tasks.length * OUTCOMES + Outcome.NO_SUCH_TASK]).toBe(1);

    await ofText(table, { sink: { kind: 'file', path, format: 'ndjson' } });
    const objects = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(objects[0]).toMatchObject({ row: 1, line: 2, task: 'agnet, x', verdict: 'bad', errno: null });
    expect(objects[2]).toMatchObject({ row: 3, line: 4, task: null, reason: 'bad_row' });
  });

  it('counts the rows another profile answers otherwise', async () => {
    const other = { ...world, profile: profileNamed('v12') };
    const summary = await runBatch({
      ...quiet,
      source: { kind: 'generated', rows: 20_000, seed: 1 },
      compare: [evaluator, createEvaluator(other)],
    });
    const [same, v12] = summary.comparisons;
    expect(same).toEqual({ profile: 'linux-6.12', answers: 0, verdicts: 0, first: [] });
    expect(v12?.answers).toBeGreaterThan(0);
    expect(v12?.verdicts).toBeGreaterThan(v12?.answers as number);
    const fewer = createEvaluator({ ...world, tasks: world.tasks.slice(1) });
    await expect(ofText('task,cmd\n', { compare: [fewer] })).rejects.toThrow(InvalidArgumentError);
  });

  it('checks expectations', async () => {
    const { expectations } = await ofText(
      [
        'task,cmd,expect',
        'root,btf_load,allowed',
        'nobody,btf_load,EPERM',
        'nobody,btf_load,',
        'nobody,btf_load,allowed',
        'root,btf_load,EINVAL',
        'who,btf_load,EPERM',
      ].join('\n'),
    );
    expect(expectations).toMatchObject({ checked: 5, unmet: 3 });
    expect(
      expectations.first.map(({ row, line, expected, verdict }) => [row, line, expected, verdictWord(verdict)]),
    ).toEqual([
      [4, 5, 'allowed', 'denied'],
      [5, 6, 'EINVAL', 'allowed'],
      [6, 7, 'EPERM', 'bad'],
    ]);
    for (const { expected } of expectations.first.slice(1)) expect(ERRNO[expected as ErrnoName]).toBeDefined();
  });

  it('tells how far it is', async () => {
    const path = join(folder, 'in.csv');
    await writeFile(path, 'task,cmd\nroot,btf_load\n');
    const seen: unknown[] = [];
    await runBatch({
      ...quiet,
      source: { kind: 'file', path, format: 'csv' },
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen).toEqual([{ rows: 1, bytes: 23, totalBytes: 23 }]);
  });
});

describe('strict', () => {
  it('stops at the first bad row, and writes nothing', async () => {
    const path = join(folder, 'out.csv');
    const sink = { kind: 'file', path, format: 'csv' } as const;
    const failure = ofText('task,cmd\nwho,btf_load\nroot,btf_load\n', { sink, strict: true });
    await expect(failure).rejects.toThrow(BadRowError);
    await expect(failure).rejects.toMatchObject({ problem: { line: 2, column: 'task' } });
    expect(await readdir(folder)).toEqual([]);
    await ofText('task,cmd\nroot,btf_load\n', { sink, strict: true });
    expect(await rowsOfCsv(path)).toHaveLength(1);
  });
});

describe('standard streams', () => {
  it('reads and writes them', async () => {
    const stdout = new PassThrough();
    const summary = await ofText('task,cmd\nroot,btf_load\n', { sink: { kind: 'stdout', format: 'csv' }, stdout });
    expect(summary.rows).toBe(1);
    expect(String(stdout.read())).toContain('\n1,2,root,,btf_load,');
    expect(stdout.writableEnded).toBe(false);
  });

  it('waits for a reader that is slow', async () => {
    const stdout = new PassThrough({ highWaterMark: 100 });
    let bytes = 0;
    let most = 0;
    const reading = (async () => {
      for await (const piece of stdout) {
        bytes += (piece as Buffer).length;
        most = Math.max(most, stdout.writableLength);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    const path = join(folder, 'out');
    const source = { kind: 'generated', rows: 200_000, seed: 1 } as const;
    await runBatch({ world, evaluator, source, sink: { kind: 'stdout', format: 'csv' }, stdout });
    stdout.end();
    await reading;
    await runBatch({ world, evaluator, source, sink: { kind: 'file', path, format: 'csv' } });
    const whole = (await readFile(path)).length;
    expect(bytes).toBe(whole);
    expect(most).toBeLessThan(whole / 5);
  });

  it('ends silently once the output has no reader', async () => {
    const stdout = new PassThrough();
    let pieces = 0;
    stdout.on('data', () => {
      pieces += 1;
      if (pieces === 3) stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    });
    const source = { kind: 'generated', rows: 1e9, seed: 1 } as const;
    const summary = await runBatch({ world, evaluator, source, sink: { kind: 'stdout', format: 'csv' }, stdout });
    expect(summary.isTruncated).toBe(true);
    expect(summary.rows).toBeLessThan(1e6);
  });

  it('rejects with any other failure of the output', async () => {
    const stdout = new PassThrough();
    stdout.on('data', () => stdout.destroy(Object.assign(new Error('write EIO'), { code: 'EIO' })));
    const source = { kind: 'generated', rows: 1e9, seed: 1 } as const;
    const failure = runBatch({ world, evaluator, source, sink: { kind: 'stdout', format: 'csv' }, stdout });
    await expect(failure).rejects.toThrow(BatchFileError);
  });

  it('rejects with a table error for an empty standard input', async () => {
    await expect(ofText('')).rejects.toThrow(RequestTableError);
    await expect(ofText('')).rejects.toThrow('<stdin>:1');
  });
});
