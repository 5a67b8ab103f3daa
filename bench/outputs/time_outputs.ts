import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Spread, spreadOf } from '../statistics.js';
import {
  copyName,
  evalName,
  GENERATE,
  GENERATE_IN_MEMORY,
  generateArgs,
  inputOf,
  OUTPUT_FORMATS,
  type OutputCandidate,
  type OutputFormat,
  outputCandidates,
  ROOT,
} from './candidates.js';

/** Where files are held in memory, and the most bytes that a row takes there: inputs of all formats, and the largest output. */
const MEMORY_FOLDER = '/dev/shm';
const BYTES_PER_ROW = 600;

/** The timing of one candidate. */
export interface OutputTiming {
  readonly name: string;
  /** Rows per second. */
  readonly rate: Spread;
  /** Of the whole process, in bytes. */
  readonly peakMemory: number;
}

/** Outputs to one folder. */
export interface OutputReport {
  /** Whether the folder is in memory, else on a disk. */
  readonly isInMemory: boolean;
  readonly rows: number;
  readonly timings: readonly OutputTiming[];
  /** By name, by round: `csv_out_vs_duckdb`. */
  readonly ratios: Readonly<Record<string, Spread>>;
}

/** How much is measured. */
export interface OutputOptions {
  readonly rows: number;
  readonly rounds: number;
  readonly seed: number;
}

/** Milliseconds of each round, by candidate, and the most memory that a process took. */
interface Samples {
  readonly milliseconds: number[];
  peakMemory: number;
}

/**
 * Times whole processes that read a table and write one, in turn, each alone: the time is that of the work, from the opened scenario
 * (or DuckDB's open connection) to the complete output. Inputs are in memory, outputs in memory and on the disk beside it, which
 * this project writes through (fsync) and DuckDB does not.
 */
export function timeOutputs(options: OutputOptions): OutputReport[] {
  const memory = memoryFolder(options.rows);
  const folders = [memory, tmpdir()].filter((folder) => folder !== undefined);
  const inputs = mkdtempSync(join(memory ?? tmpdir(), 'bpftoken-inputs-'));
  try {
    for (const format of OUTPUT_FORMATS) {
      runProcess({ name: format, args: generateArgs(options.rows, options.seed, inputOf(inputs, format)) });
    }
    return folders.map((folder) => {
      const outputs = mkdtempSync(join(folder, 'bpftoken-outputs-'));
      try {
        return { isInMemory: folder === memory, ...timeFolder(inputs, outputs, options) };
      } finally {
        rmSync(outputs, { recursive: true });
      }
    });
  } finally {
    rmSync(inputs, { recursive: true });
  }
}

/** A folder in memory; undefined where no such folder has room for this many rows. */
function memoryFolder(rows: number): string | undefined {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
    return bavail * bsize > rows * BYTES_PER_ROW ? MEMORY_FOLDER : undefined;
  } catch {
    return undefined;
  }
}

function timeFolder(from: string, to: string, { rows, rounds, seed }: OutputOptions): Omit<OutputReport, 'isInMemory'> {
  const candidates = outputCandidates(from, to, rows, seed);
  const samples = new Map(candidates.map(({ name }): [string, Samples] => [name, { milliseconds: [], peakMemory: 0 }]));
  for (let round = 0; round < rounds; round++) {
    for (const candidate of candidates) {
      const ran = runProcess(candidate);
      if (candidate.writes !== undefined) rmSync(candidate.writes);
      if (ran.rows !== rows) throw new Error(`${candidate.name} must take ${rows} rows, got ${ran.rows}`);
      const own = samples.get(candidate.name) as Samples;
      own.milliseconds.push(ran.elapsed_ms);
      own.peakMemory = Math.max(own.peakMemory, ran.peak_memory_bytes);
    }
  }
  const timings = [...samples].map(([name, { milliseconds, peakMemory }]) => ({
    name,
    rate: spreadOf(milliseconds.map((elapsed) => rows / (elapsed / 1000))),
    peakMemory,
  }));
  return { rows, timings, ratios: ratiosOf(samples) };
}

function ratiosOf(samples: ReadonlyMap<string, Samples>): Record<string, Spread> {
  const times = (name: string): readonly number[] => (samples.get(name) as Samples).milliseconds;
  /** How many times as long one takes as another, by round. */
  const ratio = (name: string, other: string): Spread =>
    spreadOf(times(name).map((elapsed, round) => elapsed / (times(other)[round] as number)));
  const vsDuckDB = (format: OutputFormat) => ratio(copyName(format), evalName(format, true));
  return {
    arrow_out_vs_in: ratio(evalName('arrow', true), evalName('arrow', false)),
    parquet_out_vs_duckdb: vsDuckDB('parquet'),
    csv_out_vs_duckdb: vsDuckDB('csv'),
    ndjson_out_vs_duckdb: vsDuckDB('ndjson'),
    generate_vs_memory: ratio(GENERATE_IN_MEMORY, GENERATE),
  };
}

/** What a process says of its work. */
interface Ran {
  readonly rows: number;
  readonly elapsed_ms: number;
  readonly peak_memory_bytes: number;
}

function runProcess({ name, args }: OutputCandidate): Ran {
  // Started by a shell: a process that this one starts has its memory at first, which counts as its peak.
  const command = ['-c', '"$0" "$@"; exit $?', process.execPath, ...args];
  const { status, error, stdout, stderr } = spawnSync('sh', command, { cwd: ROOT, encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} failed with status ${status}: ${stderr}`);
  return JSON.parse(stdout) as Ran;
}
