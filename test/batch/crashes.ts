import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessagePort, type Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type * as Batch from '../../src/batch/index.js';
import type * as Library from '../../src/index.js';
import { isColumnar, type TableFormat } from '../../src/tables/formats.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { requestTable } from '../tables/written.js';

// Workers are started from what the build wrote.
const dist = (file: string): string => new URL(`../../dist/${file}`, import.meta.url).href;
const { runBatch } = (await import(dist('batch/index.js'))) as typeof Batch;
const { createEvaluator, parseScenario } = (await import(dist('index.js'))) as typeof Library;

/** Of a table in columns, several parts of every format that is written; of text, parts of SPLIT_BYTES enough. */
const rowsIn = (format: TableFormat): number => (isColumnar(format) ? 48 * 16_384 : 30_000);
const SPLIT_BYTES = 50_000;
const FIRST_BAD = 20_001;
const { world } = parseScenario(await readFile('examples/fleet.yaml', 'utf8'), 'fleet.yaml');
const evaluator = createEvaluator(world);
const groupBy = ['task', 'cmd', 'reason'] as const;
/** After this many tasks all workers have started: they crash on the next. */
const KILLING_TASK = 4;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deaths-'));
});
afterAll(() => rm(folder, { recursive: true }));

const TABLES = new Map<TableFormat, Promise<string>>();
/** The path of a table in a format, which is made once. */
function tableOf(format: TableFormat): Promise<string> {
  const path = TABLES.get(format) ?? makeTable(format);
  TABLES.set(format, path);
  return path;
}

/** Makes a table, some rows of which cannot be read. */
async function makeTable(format: TableFormat): Promise<string> {
  const path = join(folder, `table.${format}`);
  // Reading as many rows again as NDJSON takes longer.
  const isLikeArrow = format === 'arrows' || format === 'parquet';
  const source = isLikeArrow
    ? ({ kind: 'file', path: await tableOf('arrow'), format: 'arrow' } as const)
    : ({ kind: 'file', path: await writeLines(rowsIn(format)), format: 'ndjson' } as const);
  await runBatch({ world, evaluator, source, sink: { kind: 'file', path, format } });
  return path;
}

async function writeLines(rows: number): Promise<string> {
  const lines = (await requestTable(world, 'ndjson', generateRequests(world, 5, rows)))
    .toString()
    .trimEnd()
    .split('\n');
  for (let i = FIRST_BAD - 1; i < lines.length; i += 5000)
    lines[i] = `{"task":"wbe","cmd":"map_create","map_type":"h,${i}"}`;
  const path = join(folder, `requests-${rows}`);
  await writeFile(path, lines.join('\n'));
  return path;
}

/** Reads a table with that many threads, workers on the smallest occasion: its summary, and what was written. */
async function run(format: TableFormat, to: TableFormat | undefined, workers: number, strict = false) {
  const path = join(folder, `out-${workers}`);
  const { elapsedMs, peakMemory, plan, ...summary } = await runBatch({
    world,
    evaluator,
    groupBy,
    source: { kind: 'file', path: await tableOf(format), format },
    sink: to ? { kind: 'file', path, format: to } : { kind: 'none' },
    workers,
    splitBytes: SPLIT_BYTES,
    strict,
  });
  expect(elapsedMs).toBeGreaterThan(0);
  expect(peakMemory).toBeGreaterThan(0);
  return { summary, rows: to ? await readFile(path) : Buffer.of() };
}

/** The same while the workers are terminated in the middle of it; how many there were, and what they were asked. */
async function amongDeaths(format: TableFormat, to: TableFormat | undefined) {
  const started: Worker[] = [];
  const onWorker = (worker: Worker): void => void started.push(worker);
  process.on('worker', onWorker);
  const post = MessagePort.prototype.postMessage;
  let tasks = 0;
  vi.spyOn(MessagePort.prototype, 'postMessage').mockImplementation(function (this: MessagePort, ...message) {
    post.apply(this, message);
    // Not what a worker is told as it starts.
    if (!(message[0] instanceof Object) || !('taskId' in message[0])) return;
    tasks += 1;
    if (tasks !== KILLING_TASK) return;
    setImmediate(() => {
      for (const worker of started) void worker.terminate();
    });
  });
  try {
    return { ...(await run(format, to, 2)), tasks, started: started.length };
  } finally {
    vi.restoreAllMocks();
    process.off('worker', onWorker);
  }
}

/** What workers have no part in: streams are read here, and counted here where no rows are written. */
const isDoneHere = (format: TableFormat, to: TableFormat | undefined): boolean => format === 'arrows' && !to;
/** Written rows as a text; of tables in columns, which record batches or row groups rows are in may differ. */
async function comparable(rows: Uint8Array, format: TableFormat): Promise<string> {
  if (!isColumnar(format)) return Buffer.from(rows).toString('latin1');
  const [path, out] = [join(folder, 'written'), join(folder, 'again')];
  await writeFile(path, rows);
  const sink = { kind: 'file', path: out, format: 'csv' } as const;
  await runBatch({ world, evaluator, source: { kind: 'file', path, format }, sink });
  await rm(path);
  const text = await readFile(out, 'latin1');
  await rm(out);
  return text;
}

/** Tables of some formats, each written as these, among workers that die; perhaps also where nothing is written. */
export function describeDeaths(
  outputs: Partial<Record<TableFormat, readonly TableFormat[]>>,
  isCounted: boolean,
): void {
  describe.each(Object.entries(outputs))('%s', (name, formats) => {
    const format = name as TableFormat;
    test('workers that are terminated in the middle of it change nothing, in its summary and in the rows written', async () => {
      for (const to of formats) {
        const alone = await run(format, to, 1);
        expect(alone.summary).toMatchObject({
          rows: rowsIn(format),
          badRows: Math.ceil((rowsIn(format) - FIRST_BAD + 1) / 5000),
        });
        for (const written of isCounted ? [to, undefined] : [to]) {
          const { summary, rows, tasks, started } = await amongDeaths(format, written);
          expect(summary).toEqual(alone.summary);
          if (written) expect(await comparable(rows, written), written).toBe(await comparable(alone.rows, written));
          if (isDoneHere(format, written)) expect(tasks).toBe(0);
          // A part of a table in columns that is only counted has all these rows: test/batch/arrow.test.ts and parquet.test.ts have
          // more of them.
          else if (!isColumnar(format) || written) expect(started).toBe(4);
        }
      }
    });
  });
}

/** Tables of some formats that have a bad row after many others. */
export function describeStrict(formats: readonly TableFormat[]): void {
  describe.each(formats)('%s', (format) => {
    test('--strict stops at the first bad row of many parts', async () => {
      const table = await tableOf(format);
      const text = await readFile(table, 'latin1');
      const line = text.slice(0, text.indexOf('wbe')).split('\n').length;
      const place = isColumnar(format) ? `: row ${FIRST_BAD}` : `:${line}`;
      const message = `${table}${place}: task: no task is called 'wbe'; did you mean web?`;
      await rm(join(folder, 'out-2'), { force: true });
      const files = await readdir(folder);
      await expect(run(format, 'csv', 2, true)).rejects.toThrow(message);
      expect(await readdir(folder)).toEqual(files);
    });
  });
}
