import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runBatch } from '../../src/cli/batch/index.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import type { World } from '../../src/kernel/world.js';
import { type Spread, spreadOf } from '../statistics.js';
import { type IntegerReader, openRival } from './duckdb.js';
import type { Drawn, RoadFormat } from './files.js';
import { roadFiles } from './made_files.js';

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
}

interface Contender {
  readonly name: string;
  /** Outside its time. */
  before?(): Promise<void>;
  /** Resolves with the rows that were read. */
  run(): Promise<number>;
  after?(): void;
}

interface Samples {
  readonly rates: number[];
  readonly cpus: number[];
}

/**
 * Times the road from the file of a format to verdicts and their counts, as `bpftoken eval` goes it without an output, beside
 * DuckDB delivering the same columns as integers; rounds are interleaved. makeRoadFiles() made the files, which are in the page
 * cache.
 */
export async function timeRoad(
  world: World,
  format: RoadFormat,
  folder: string,
  options: RoadOptions,
): Promise<RoadResult> {
  const evaluator = createEvaluator(world);
  try {
    const ours = contenders(world, evaluator, format, folder, options);
    const theirs = format === 'arrow' ? undefined : rivalContender(world, format, folder, options.workers);
    const samples = await interleave(theirs ? [theirs, ...ours] : ours, options);
    const [mine, other] = [samples.get(ours[0]?.name ?? ''), theirs && samples.get(theirs.name)];
    return {
      format,
      rows: options.rows,
      bytes: statSync(roadFiles(format, folder).requests).size,
      timings: [...samples].map(([name, { rates, cpus }]) => ({ name, rate: spreadOf(rates), cpu: spreadOf(cpus) })),
      ratio: mine && other ? spreadOf(mine.rates.map((rate, round) => rate / (other.rates[round] as number))) : null,
      cpuRatio: mine && other ? spreadOf(mine.cpus.map((cpu, round) => (other.cpus[round] as number) / cpu)) : null,
    };
  } finally {
    evaluator.dispose();
  }
}

/** DuckDB, which is opened before its time starts, and is gone when it is ours. */
function rivalContender(world: World, format: RoadFormat, folder: string, threads: number): Contender {
  let rival: IntegerReader | null = null;
  return {
    name: `duckdb, ${threads} threads, integers`,
    before: async () => {
      rival = await openRival(world, format, roadFiles(format, folder), threads);
    },
    run: async () => {
      let values = 0;
      const rows = await (rival as IntegerReader).read((columns) => {
        for (const column of columns) values += column.itemCount;
      });
      return values > 0 ? rows : 0;
    },
    after: () => rival?.close(),
  };
}

/** Ours: verdicts in memory first. */
function contenders(
  world: World,
  evaluator: Evaluator,
  format: RoadFormat,
  folder: string,
  { workers, hasMore }: RoadOptions,
): readonly Contender[] {
  const source = { kind: 'file', path: roadFiles(format, folder).requests, format } as const;
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

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function interleave(
  all: readonly Contender[],
  { rows, rounds }: RoadOptions,
): Promise<ReadonlyMap<string, Samples>> {
  const samples = new Map(all.map(({ name }): [string, Samples] => [name, { rates: [], cpus: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, before: open, run, after: close } of all) {
      await open?.();
      // What one leaves behind is not collected in another's time.
      collectGarbage();
      const before = process.cpuUsage();
      const started = performance.now();
      const read = await run();
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(before);
      close?.();
      if (read !== rows) throw new Error(`${name} read ${read} rows of ${rows}`);
      samples.get(name)?.rates.push(rows / seconds);
      samples.get(name)?.cpus.push((1000 * (user + system)) / rows);
    }
  }
  return samples;
}
