import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runBatch } from '../../src/cli/batch/index.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import type { World } from '../../src/kernel/world.js';
import { type Spread, spreadOf } from '../statistics.js';
import { type IntegerReader, openParquetRival, openTextRival } from './duckdb.js';
import { type Drawn, drawnSums, type RoadFormat, writeParquetNumbers, writeRoadFile } from './files.js';

/** How to time a road. */
export interface RoadOptions extends Drawn {
  readonly workers: number;
  readonly rounds: number;
  /** One thread, and rows written, are timed too. */
  readonly hasMore: boolean;
}

/** One way along the road. */
export interface RoadTiming {
  readonly name: string;
  /** Rows a second. */
  readonly rate: Spread;
  /** Nanoseconds of processor time a row, all threads together, their start included. */
  readonly cpu: Spread;
}

/** What timing the road from a file showed. */
export interface RoadResult {
  readonly format: RoadFormat;
  readonly rows: number;
  readonly bytes: number;
  readonly timings: readonly RoadTiming[];
  /** Rows a second, ours over DuckDB's, round by round: in a format DuckDB reads. */
  readonly ratio: Spread | null;
  /** The same by processor time, which says more where other work runs on the machine. */
  readonly cpuRatio: Spread | null;
  /** Version of DuckDB. */
  readonly duckdb: string | null;
}

interface Contender {
  readonly name: string;
  /** Resolves with the rows that were read. */
  run(): Promise<number>;
}

interface Samples {
  readonly rates: number[];
  readonly cpus: number[];
}

/**
 * Times the road from a file of a format to verdicts and their counts, as `bpftoken eval` goes it without an output, beside
 * DuckDB delivering the same columns as integers; rounds are interleaved. What DuckDB reads is compared with what was drawn
 * before: throws an Error if it differs. The file is in the page cache.
 */
export async function timeRoad(
  world: World,
  format: RoadFormat,
  folder: string,
  options: RoadOptions,
): Promise<RoadResult> {
  const path = join(folder, `requests.${format}`);
  const numbers = join(folder, 'numbers.parquet');
  await writeRoadFile(world, format, path, options);
  if (format === 'parquet') await writeParquetNumbers(world, numbers, options);
  const evaluator = createEvaluator(world);
  const rival = await openRival(world, format, path, numbers, options.workers);
  try {
    if (rival) await demandSameColumns(rival, world, format, options);
    const ours = contenders(world, evaluator, format, path, folder, options);
    const theirs = rival && rivalContender(rival, options.workers);
    const samples = await interleave(theirs ? [theirs, ...ours] : ours, options);
    const [mine, other] = [samples.get(ours[0]?.name ?? ''), theirs && samples.get(theirs.name)];
    return {
      format,
      rows: options.rows,
      bytes: statSync(path).size,
      timings: [...samples].map(([name, { rates, cpus }]) => ({ name, rate: spreadOf(rates), cpu: spreadOf(cpus) })),
      ratio: mine && other ? spreadOf(mine.rates.map((rate, round) => rate / (other.rates[round] as number))) : null,
      cpuRatio: mine && other ? spreadOf(mine.cpus.map((cpu, round) => (other.cpus[round] as number) / cpu)) : null,
      duckdb: rival?.version ?? null,
    };
  } finally {
    rival?.close();
    evaluator.dispose();
    for (const file of [path, numbers]) rmSync(file, { force: true });
  }
}

/** DuckDB reads no Arrow files. */
async function openRival(
  world: World,
  format: RoadFormat,
  path: string,
  numbers: string,
  threads: number,
): Promise<IntegerReader | null> {
  if (format === 'arrow') return null;
  return format === 'parquet' ? openParquetRival(numbers, threads) : openTextRival(world, format, path, threads);
}

async function demandSameColumns(
  rival: IntegerReader,
  world: World,
  format: RoadFormat,
  options: RoadOptions,
): Promise<void> {
  const sums = [0, 0, 0];
  await rival.read((columns) => {
    sums.forEach((sum, i) => {
      sums[i] = columns[i]?.toArray().reduce<number>((all, value) => all + Number(value ?? 0), sum) ?? sum;
    });
  });
  const drawn = drawnSums(world, format, options);
  if (sums.join() !== drawn.join()) throw new Error(`DuckDB reads other columns: ${sums} instead of ${drawn}`);
}

function rivalContender(rival: IntegerReader, threads: number): Contender {
  return {
    name: `duckdb, ${threads} threads, integers`,
    run: async () => {
      let values = 0;
      const rows = await rival.read((columns) => {
        for (const column of columns) values += column.itemCount;
      });
      return values > 0 ? rows : 0;
    },
  };
}

/** Ours: verdicts in memory first. */
function contenders(
  world: World,
  evaluator: Evaluator,
  format: RoadFormat,
  path: string,
  folder: string,
  { workers, hasMore }: RoadOptions,
): readonly Contender[] {
  const source = { kind: 'file', path, format } as const;
  const contender = (name: string, threads: number, isWritten: boolean): Contender => ({
    name,
    run: async () => {
      const written = { kind: 'file', path: join(folder, 'verdicts.csv'), format: 'csv' } as const;
      const sink = isWritten ? written : ({ kind: 'none' } as const);
      const summary = await runBatch({ world, evaluator, source, sink, workers: threads });
      if (summary.badRows > 0) throw new Error(`${summary.badRows} rows could not be read`);
      return summary.rows;
    },
  });
  const verdicts = contender(`bpftoken, ${workers} workers, verdicts`, workers, false);
  if (!hasMore) return [verdicts];
  return [
    verdicts,
    contender('bpftoken, 1 thread, verdicts', 1, false),
    contender(`bpftoken, ${workers} workers, rows written as CSV`, workers, true),
  ];
}

async function interleave(
  all: readonly Contender[],
  { rows, rounds }: RoadOptions,
): Promise<ReadonlyMap<string, Samples>> {
  const samples = new Map(all.map(({ name }): [string, Samples] => [name, { rates: [], cpus: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of all) {
      const before = process.cpuUsage();
      const started = performance.now();
      const read = await run();
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(before);
      if (read !== rows) throw new Error(`${name} read ${read} rows of ${rows}`);
      samples.get(name)?.rates.push(rows / seconds);
      samples.get(name)?.cpus.push((1000 * (user + system)) / rows);
    }
  }
  return samples;
}
