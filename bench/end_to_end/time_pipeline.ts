import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runBatch } from '../../src/batch/run_batch.js';
import { createEvaluator, type Evaluator } from '../../src/engine/evaluator.js';
import type { World } from '../../src/kernel/world.js';
import { type Spread, spreadOf } from '../statistics.js';
import { type IntegerReader, openBaseline } from './duckdb.js';
import type { Drawn, PipelineFormat } from './files.js';
import { pipelineFiles } from './prepare_files.js';

/** Options of timing a pipeline. */
export interface PipelineOptions extends Drawn {
  readonly workers: number;
  readonly rounds: number;
  /** Whether one thread, and writing rows, are timed too. */
  readonly hasMore: boolean;
}

/** The timing of one pipeline. */
export interface PipelineTiming {
  readonly name: string;
  /** Rows per second. */
  readonly rate: Spread;
  /** Nanoseconds of processor time per row, of all threads, including their start. */
  readonly cpu: Spread;
}

/** The timings of the pipelines of one file. */
export interface PipelineResult {
  readonly format: PipelineFormat;
  readonly rows: number;
  readonly bytes: number;
  readonly timings: readonly PipelineTiming[];
  /** Rows per second, bpftoken to DuckDB, by round; only for formats that DuckDB reads. */
  readonly ratio: Spread | null;
  /** The same by processor time, which is more reliable on a machine with other load. */
  readonly cpuRatio: Spread | null;
}

interface Candidate {
  readonly name: string;
  /** Not timed. */
  before?(): Promise<void>;
  /** Resolves with the number of rows read. */
  run(): Promise<number>;
  after?(): void;
}

interface Samples {
  readonly rates: number[];
  readonly cpus: number[];
}

/**
 * Times a file of a format from its bytes to verdicts and counts, like `bpftoken eval` without an output, against DuckDB
 * delivering the same columns as integers; rounds are interleaved. The files are those of makePipelineFiles(), in the page cache.
 */
export async function timePipeline(
  world: World,
  format: PipelineFormat,
  folder: string,
  options: PipelineOptions,
): Promise<PipelineResult> {
  const evaluator = createEvaluator(world);
  try {
    const ours = candidates(world, evaluator, format, folder, options);
    const theirs = format === 'arrow' ? undefined : baselineCandidate(world, format, folder, options.workers);
    const samples = await interleave(theirs ? [theirs, ...ours] : ours, options);
    const [mine, other] = [samples.get(ours[0]?.name ?? ''), theirs && samples.get(theirs.name)];
    return {
      format,
      rows: options.rows,
      bytes: statSync(pipelineFiles(format, folder).requests).size,
      timings: [...samples].map(([name, { rates, cpus }]) => ({ name, rate: spreadOf(rates), cpu: spreadOf(cpus) })),
      ratio: mine && other ? spreadOf(mine.rates.map((rate, round) => rate / (other.rates[round] as number))) : null,
      cpuRatio: mine && other ? spreadOf(mine.cpus.map((cpu, round) => (other.cpus[round] as number) / cpu)) : null,
    };
  } finally {
    evaluator.dispose();
  }
}

/** DuckDB, opened before the timing and closed after it. */
function baselineCandidate(world: World, format: PipelineFormat, folder: string, threads: number): Candidate {
  let baseline: IntegerReader | null = null;
  return {
    name: `duckdb, ${threads} threads, integers`,
    before: async () => {
      baseline = await openBaseline(world, format, pipelineFiles(format, folder), threads);
    },
    run: async () => {
      let values = 0;
      const rows = await (baseline as IntegerReader).read((columns) => {
        for (const column of columns) values += column.itemCount;
      });
      return values > 0 ? rows : 0;
    },
    after: () => baseline?.close(),
  };
}

/** The pipelines of bpftoken; the first one keeps the verdicts in memory. */
function candidates(
  world: World,
  evaluator: Evaluator,
  format: PipelineFormat,
  folder: string,
  { workers, hasMore }: PipelineOptions,
): readonly Candidate[] {
  const source = { kind: 'file', path: pipelineFiles(format, folder).requests, format } as const;
  const candidate = (name: string, threads: number, isWritten: boolean): Candidate => ({
    name,
    run: async () => {
      const written = { kind: 'file', path: join(folder, 'verdicts.csv'), format: 'csv' } as const;
      const sink = isWritten ? written : ({ kind: 'none' } as const);
      const summary = await runBatch({ world, evaluator, source, sink, workers: threads });
      if (summary.badRows > 0) throw new Error(`${summary.badRows} rows could not be read`);
      return summary.rows;
    },
  });
  const verdicts = candidate(`bpftoken, ${workers} workers, verdicts`, workers, false);
  if (!hasMore) return [verdicts];
  return [
    verdicts,
    candidate('bpftoken, 1 thread, verdicts', 1, false),
    candidate(`bpftoken, ${workers} workers, rows written as CSV`, workers, true),
  ];
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function interleave(
  all: readonly Candidate[],
  { rows, rounds }: PipelineOptions,
): Promise<ReadonlyMap<string, Samples>> {
  const samples = new Map(all.map(({ name }): [string, Samples] => [name, { rates: [], cpus: [] }]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, before: open, run, after: close } of all) {
      await open?.();
      // Collects the garbage of the previous pipeline before the timing.
      collectGarbage();
      const before = process.cpuUsage();
      const started = performance.now();
      const read = await run();
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(before);
      close?.();
      if (read !== rows) throw new Error(`${name} must read ${rows} rows, got ${read}`);
      samples.get(name)?.rates.push(rows / seconds);
      samples.get(name)?.cpus.push((1000 * (user + system)) / rows);
    }
  }
  return samples;
}
