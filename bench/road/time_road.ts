// npm run bench:tables: how fast text tables become verdicts, beside DuckDB reading the same columns as numbers.

import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runBatch } from '../src/cli/batch/index.js';
import { createEvaluator } from '../src/engine/evaluator.js';
import type { World } from '../src/kernel/world.js';
import { generateRequests, REQUEST_FORMATS, type RequestFormat, RequestWriter } from '../src/requests/index.js';
import { DuckDbReader } from './duckdb.js';
import { type Spread, spreadOf } from './statistics.js';
import { benchmarkWorld, LARGE, SMALL } from './world.js';

const USAGE = `npm run bench:tables -- [--json FILE] [--rows N] [--rounds N] [--seed N]
  --json FILE  also write the results as JSON
  --rows N     rows of a table (5000000)
  --rounds N   rounds (5)
  --seed N     seed of the worlds and requests (1)`;
const THREADS = 2;
const DUCKDB = `duckdb, ${THREADS} threads, integers`;
const OURS = `bpftoken, ${THREADS} workers, verdicts`;
/** Our contenders: workers, and whether rows are written. */
const OUR_RUNS = [
  { name: 'bpftoken, 1 thread, verdicts', workers: 1, isWritten: false },
  { name: OURS, workers: THREADS, isWritten: false },
  { name: `bpftoken, ${THREADS} workers, rows written as CSV`, workers: THREADS, isWritten: true },
] as const;

interface TableTiming {
  readonly name: string;
  /** Rows a second. */
  readonly rate: Spread;
  /** Rows a second of processor time, all threads together. */
  readonly cpuRate: Spread;
}

interface Case {
  readonly world: string;
  readonly format: RequestFormat;
  readonly rows: number;
  readonly megabytes: number;
  readonly timings: readonly TableTiming[];
  /** Rows a second of OURS over those of DUCKDB, round by round. */
  readonly ratio: Spread;
  /** The same of rows a second of processor time: says more where other work runs on the machine. */
  readonly cpuRatio: Spread;
}

/** Writes a table, and answers its bytes. */
async function writeTable(
  world: World,
  path: string,
  format: RequestFormat,
  seed: number,
  rows: number,
): Promise<number> {
  const writer = new RequestWriter(world, format);
  const file = createWriteStream(path);
  file.write(writer.header);
  let bytes = writer.header.length;
  for (const { columns } of generateRequests(world, seed, rows)) {
    const text = writer.rows(columns);
    bytes += text.length;
    if (!file.write(text)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return bytes;
}

/** The sums of the numbers in the columns task, token and cmd, as they are drawn; having no token counts nothing. */
function drawnSums(world: World, seed: number, rows: number): number[] {
  const sums = [0, 0, 0];
  for (const { columns } of generateRequests(world, seed, rows)) {
    for (let row = 0; row < columns.task.length; row++) {
      const token = columns.token[row] as number;
      sums[0] = (sums[0] as number) + (columns.task[row] as number);
      sums[1] = (sums[1] as number) + (token < world.tokens.length ? token : 0);
      sums[2] = (sums[2] as number) + (columns.cmd[row] as number);
    }
  }
  return sums;
}

async function timeTable(
  world: World,
  worldName: string,
  format: RequestFormat,
  folder: string,
  options: { seed: number; rows: number; rounds: number },
): Promise<Case & { readonly duckdb: string }> {
  const { seed, rows, rounds } = options;
  const path = join(folder, `requests.${format}`);
  const bytes = await writeTable(world, path, format, seed, rows);
  const duckdb = await DuckDbReader.open(world, THREADS);
  const evaluator = createEvaluator(world);

  // Untimed: the columns are those that were drawn.
  const sums = [0, 0, 0];
  await duckdb.read(path, format, (columns) => {
    sums.forEach((sum, i) => {
      sums[i] = columns[i]?.toArray().reduce<number>((all, value) => all + Number(value ?? 0), sum) ?? sum;
    });
  });
  const drawn = drawnSums(world, seed, rows);
  if (sums.join() !== drawn.join()) throw new Error(`DuckDB reads other columns: ${sums} instead of ${drawn}`);

  const names = [DUCKDB, ...OUR_RUNS.map(({ name }) => name)];
  const samples = new Map(names.map((name) => [name, { rates: [] as number[], cpuRates: [] as number[] }]));
  const time = async (name: string, run: () => Promise<number>): Promise<void> => {
    const cpu = process.cpuUsage();
    const started = performance.now();
    const read = await run();
    const seconds = (performance.now() - started) / 1000;
    if (read !== rows) throw new Error(`${name} read ${read} rows of ${rows}`);
    const { user, system } = process.cpuUsage(cpu);
    samples.get(name)?.rates.push(rows / seconds);
    samples.get(name)?.cpuRates.push((1e6 * rows) / (user + system));
  };
  for (let round = 0; round < rounds; round++) {
    await time(DUCKDB, () => {
      let first = 0;
      return duckdb
        .read(path, format, (columns) => {
          first += columns.length;
        })
        .then((read) => (first > 0 ? read : 0));
    });
    for (const { name, workers, isWritten } of OUR_RUNS) {
      const out = join(folder, 'verdicts.csv');
      const sink = isWritten ? ({ kind: 'file', path: out, format: 'csv' } as const) : ({ kind: 'none' } as const);
      await time(name, async () => {
        const source = { kind: 'file', path, format } as const;
        const summary = await runBatch({ world, evaluator, source, sink, workers });
        if (summary.badRows > 0) throw new Error(`${summary.badRows} rows could not be read`);
        return summary.rows;
      });
    }
  }
  evaluator.dispose();
  rmSync(path);
  const ratioOf = (what: 'rates' | 'cpuRates'): Spread => {
    const [ours, theirs] = [OURS, DUCKDB].map((name) => samples.get(name)?.[what] ?? []) as [number[], number[]];
    return spreadOf(ours.map((rate, round) => rate / (theirs[round] as number)));
  };
  return {
    world: worldName,
    format,
    rows,
    megabytes: bytes / 1e6,
    timings: [...samples].map(([name, { rates, cpuRates }]) => ({
      name,
      rate: spreadOf(rates),
      cpuRate: spreadOf(cpuRates),
    })),
    ratio: ratioOf('rates'),
    cpuRatio: ratioOf('cpuRates'),
    duckdb: duckdb.version,
  };
}

function caseText({ world, format, rows, megabytes, timings, ratio, cpuRatio }: Case): string {
  const millions = (rate: number): string => (rate / 1e6).toFixed(2);
  const words = ({ median, min, max }: Spread, shown: (n: number) => string): string =>
    `${shown(median)} (${shown(min)} to ${shown(max)})`;
  return [
    `${format}, ${world} world, ${rows.toLocaleString('en')} rows, ${megabytes.toFixed(0)} MB`,
    ...timings.map(
      ({ name, rate, cpuRate }) =>
        `  ${name.padEnd(46)} ${words(rate, millions)} million rows/s; ${millions(cpuRate.median)} a second of processor time`,
    ),
    `  ratio of verdicts to integers                  ${words(ratio, (n) => n.toFixed(2))}; ` +
      `${words(cpuRatio, (n) => n.toFixed(2))} by processor time`,
    '',
  ].join('\n');
}

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    rows: { type: 'string', default: '5000000' },
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(USAGE);
} else {
  const options = { seed: Number(values.seed), rows: Number(values.rows), rounds: Number(values.rounds) };
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-bench-'));
  try {
    const cases: Case[] = [];
    for (const size of [SMALL, LARGE]) {
      const world = benchmarkWorld('linux-6.12', size, options.seed);
      for (const format of REQUEST_FORMATS) {
        const result = await timeTable(world, size.name, format, folder, options);
        if (cases.length === 0) {
          const cpu = cpus()[0]?.model;
          console.log(`${cpu}, ${availableParallelism()} cores, Node ${process.version}, DuckDB ${result.duckdb}\n`);
        }
        cases.push(result);
        console.log(caseText(result));
      }
    }
    if (values.json) writeFileSync(values.json, `${JSON.stringify({ options, cases }, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
