// npm run bench:road: from a file to verdicts. The benchmark's large world, its requests again and again in an Arrow file of
// int32 dictionary indices; evaluated as `bpftoken eval` does, without an output. Says rows per second and peak memory.

import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBatch } from '../src/cli/batch/index.js';
import type { Columns } from '../src/engine/columns.js';
import { makeColumns } from '../src/engine/columns.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import type { World } from '../src/kernel/world.js';
import { sliceColumns } from '../src/pool/shared_columns.js';
import { ArrowEncoder } from '../src/requests/arrow/encode.js';
import { REQUEST_CELLS, RequestCells, requestNames } from '../src/requests/arrow/request_cells.js';
import { requests } from './requests.js';
import { benchmarkWorld, LARGE } from './world.js';

/** Requests that are drawn: the file has them over and over. */
const DRAWN_ROWS = 4_194_304;
const BATCH_ROWS = 131_072;
/** Task, token, command and the three types: the benchmark's requests have no counts and no faults. */
const COLUMNS = REQUEST_CELLS.slice(0, 6);

/** Writes `rows` requests to a file. */
function writeTable(path: string, world: World, rows: number, seed: number): void {
  const drawn: Columns = requests(world, seed, Math.min(rows, DRAWN_ROWS));
  const { insnCnt, pre } = makeColumns(drawn.task.length);
  const all = { ...drawn, insnCnt, pre };
  const encoder = new ArrowEncoder(COLUMNS, true);
  const cells = new RequestCells(world);
  const file = openSync(path, 'w');
  writeSync(file, encoder.start());
  requestNames(world)
    .slice(0, COLUMNS.length)
    .forEach((names, column) => {
      writeSync(file, encoder.names(column, names ?? []));
    });
  for (let row = 0; row < rows; ) {
    const start = row % drawn.task.length;
    const stop = Math.min(start + BATCH_ROWS, drawn.task.length, start + rows - row);
    const batch = sliceColumns(all, start, stop) as typeof all;
    writeSync(file, encoder.rows(stop - start, cells.of(batch).slice(0, COLUMNS.length)));
    row += stop - start;
  }
  writeSync(file, encoder.end());
  closeSync(file);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '50000000' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [rows, workers, rounds, seed] = [values.rows, values.workers, values.rounds, values.seed].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const world = benchmarkWorld('linux-6.12', LARGE, seed);
  const evaluator = createEvaluator(world);
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-road-'));
  try {
    const path = join(folder, 'requests.arrow');
    writeTable(path, world, rows, seed);
    const rates: number[] = [];
    /** Nanoseconds of all processors. */
    const costs: number[] = [];
    const source = { kind: 'file', path, format: 'arrow' } as const;
    for (let round = 0; round < rounds; round++) {
      const before = process.cpuUsage();
      const summary = await runBatch({ world, evaluator, source, sink: { kind: 'none' }, workers });
      if (summary.rows !== rows || summary.badRows !== 0)
        throw new Error(`${summary.rows} rows, ${summary.badRows} bad`);
      const { user, system } = process.cpuUsage(before);
      rates.push(rows / summary.elapsedMs / 1000);
      costs.push((1000 * (user + system)) / rows);
    }
    rates.sort((a, b) => a - b);
    costs.sort((a, b) => a - b);
    const megabytes = Math.round(statSync(path).size / 1e6);
    const peak = Math.round(process.resourceUsage().maxRSS / 1000);
    const shown = (rate: number | undefined): string => (rate ?? 0).toFixed(1);
    process.stdout.write(
      `${rows} rows, ${megabytes} MB, ${workers} workers: ${shown(rates[rates.length >> 1])} million rows a second ` +
        `(${shown(rates[0])} to ${shown(rates.at(-1))}), ${shown(costs[costs.length >> 1])} ns of processor time a row ` +
        `(${shown(costs[0])} to ${shown(costs.at(-1))}), peak ${peak} MB\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
