// npm run bench:road: from a file to verdicts. The benchmark's large world, its requests again and again in a file of names
// (in Arrow int32 numbers of a dictionary), evaluated as `bpftoken eval` does, without an output. Says rows a second, processor
// time and peak memory; for Parquet also how fast DuckDB hands over the same columns as integers.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBatch } from '../src/cli/batch/index.js';
import { makeColumns } from '../src/engine/columns.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import type { World } from '../src/kernel/world.js';
import { ArrowEncoder } from '../src/requests/arrow/encode.js';
import { Names } from '../src/requests/arrow/names.js';
import { REQUEST_CELLS, RequestCells, requestNames } from '../src/requests/arrow/request_cells.js';
import type { WrittenCells, WrittenColumn } from '../src/requests/arrow/written.js';
import { loadDuckDB, openDatabase, sqlText } from '../src/tables/parquet/duckdb.js';
import { ParquetWriter } from '../src/tables/parquet/write.js';
import { requests } from './requests.js';
import { spreadOf } from './statistics.js';
import { benchmarkWorld, LARGE } from './world.js';

/** Requests that are drawn: a file has them over and over. */
const DRAWN_ROWS = 4_194_304;
const BATCH_ROWS = 131_072;
/** Task, token, command and the three types: the benchmark's requests have no counts and no faults. */
const COLUMNS = REQUEST_CELLS.slice(0, 6);

interface Options {
  readonly format: 'arrow' | 'parquet';
  readonly rows: number;
  readonly workers: number;
  readonly rounds: number;
  readonly seed: number;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      format: { type: 'string', default: 'arrow' },
      rows: { type: 'string' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
    },
  });
  const format = values.format === 'parquet' ? 'parquet' : 'arrow';
  return {
    format,
    rows: Number(values.rows ?? (format === 'arrow' ? 80_000_000 : 5_000_000)),
    workers: Number(values.workers),
    rounds: Number(values.rounds),
    seed: Number(values.seed),
  };
}

/** The cells of `rows` requests, batch by batch. */
function* batches(world: World, { rows, seed }: Options): Generator<{ rows: number; cells: readonly WrittenCells[] }> {
  const drawn = requests(world, seed, Math.min(rows, DRAWN_ROWS));
  const cells = new RequestCells(world);
  const { insnCnt, pre } = makeColumns(BATCH_ROWS);
  for (let row = 0; row < rows; ) {
    const start = row % drawn.task.length;
    const stop = Math.min(start + BATCH_ROWS, drawn.task.length, start + rows - row);
    const some = <Column extends { subarray(start: number, stop: number): Column }>(column: Column): Column =>
      column.subarray(start, stop);
    const columns = {
      task: some(drawn.task),
      token: some(drawn.token),
      cmd: some(drawn.cmd),
      type: some(drawn.type),
      attachType: some(drawn.attachType),
      insnCnt: insnCnt.subarray(0, stop - start),
      pre: pre.subarray(0, stop - start),
    };
    yield { rows: stop - start, cells: cells.of(columns).slice(0, COLUMNS.length) };
    row += stop - start;
  }
}

async function writeArrow(path: string, world: World, options: Options): Promise<void> {
  const encoder = new ArrowEncoder(COLUMNS, true);
  const file = await open(path, 'w');
  await file.writeFile(encoder.start());
  for (const [column, names] of requestNames(world).slice(0, COLUMNS.length).entries()) {
    await file.writeFile(encoder.names(column, names ?? []));
  }
  for (const { rows, cells } of batches(world, options)) await file.writeFile(encoder.rows(rows, cells));
  await file.writeFile(encoder.end());
  await file.close();
}

/** Names, or the numbers that stand for them. */
async function writeParquet(path: string, world: World, options: Options, hasNames: boolean): Promise<void> {
  const columns: WrittenColumn[] = COLUMNS.map(({ name }) => ({ name, holds: hasNames ? 'names' : 'uint32' }));
  const names = requestNames(world).slice(0, COLUMNS.length);
  const lists = names.map((list) => (hasNames && list ? new Names(list) : undefined));
  const writer = await ParquetWriter.open(columns, lists, { file: path, folder: tmpdir() });
  for (const { rows, cells } of batches(world, options)) writer.append(rows, cells);
  const file = await open(path, 'w');
  for await (const piece of writer.finish()) await file.writeFile(piece);
  await file.close();
  await writer.close();
}

/** Milliseconds DuckDB takes to hand all columns of a file over as typed arrays. */
async function timeDuckDB(path: string): Promise<number> {
  const { instance, connection } = await openDatabase(await loadDuckDB());
  const started = performance.now();
  const result = await connection.stream(`SELECT * FROM read_parquet(${sqlText(path)})`);
  const copy = new Uint32Array(4096);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    for (let column = 0; column < chunk.columnCount; column++) {
      copy.set((chunk.getColumnVector(column) as unknown as { items: Uint32Array }).items);
    }
  }
  const elapsed = performance.now() - started;
  connection.closeSync();
  instance.closeSync();
  return elapsed;
}

async function main(): Promise<void> {
  const options = readOptions();
  const { format, rows, workers, rounds, seed } = options;
  const world = benchmarkWorld('linux-6.12', LARGE, seed);
  const evaluator = createEvaluator(world);
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-road-'));
  try {
    const path = join(folder, `requests.${format}`);
    const numbers = join(folder, 'numbers.parquet');
    if (format === 'arrow') await writeArrow(path, world, options);
    else {
      await writeParquet(path, world, options, true);
      await writeParquet(numbers, world, options, false);
    }
    const rates: number[] = [];
    const costs: number[] = [];
    const ratios: number[] = [];
    const source = { kind: 'file', path, format } as const;
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage();
      const summary = await runBatch({ world, evaluator, source, sink: { kind: 'none' }, workers });
      if (summary.rows !== rows || summary.badRows > 0) throw new Error(`${summary.rows} rows, ${summary.badRows} bad`);
      const { user, system } = process.cpuUsage(before);
      rates.push(rows / summary.elapsedMs / 1000);
      costs.push((1000 * (user + system)) / rows);
      if (format === 'parquet') ratios.push((await timeDuckDB(numbers)) / summary.elapsedMs);
    }
    const said = (what: string, figures: number[]): string => {
      const { median, min, max } = spreadOf(figures);
      return `  ${what}: ${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})\n`;
    };
    const megabytes = Math.round(statSync(path).size / 1e6);
    process.stdout.write(
      `${format}, ${rows} rows, ${megabytes} MB, ${workers} workers\n` +
        said('million rows a second', rates) +
        said('nanoseconds of processor time a row', costs) +
        (ratios.length > 0 ? said('times what DuckDB hands over as integers', ratios) : '') +
        `  peak memory: ${Math.round(process.resourceUsage().maxRSS / 1000)} MB\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
