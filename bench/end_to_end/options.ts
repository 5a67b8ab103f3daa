import { parseArgs } from 'node:util';
import type { World } from '../../src/kernel/world.js';
import { wholeNumber } from '../options.js';
import { benchmarkWorld, LARGE, SMALL } from '../world.js';
import { PIPELINE_FORMATS, type PipelineFormat } from './files.js';

/** The options of the command line. */
export interface PipelineArguments {
  readonly json: string | null;
  readonly formats: readonly PipelineFormat[];
  /** Name of a world of the benchmark. */
  readonly world: string;
  /** Rows of each file; undefined for the default of its format. */
  readonly rows: number | null;
  readonly isQuick: boolean;
  readonly workers: number;
  readonly rounds: number;
  readonly seed: number;
  readonly hasMore: boolean;
}

/** Rows of a file: an Arrow file of 2 GB, and at least two seconds of work in the other formats. */
const ROWS: Readonly<Record<PipelineFormat, number>> = {
  arrow: 80_000_000,
  parquet: 20_000_000,
  csv: 5_000_000,
  ndjson: 5_000_000,
};
const PROFILE = 'linux-6.12';
const QUICK_DIVISOR = 10;
const ROUNDS = 5;
const QUICK_ROUNDS = 3;

/** The text of `npm run bench:end-to-end -- --help`. */
export const PIPELINE_USAGE = `npm run bench:end-to-end -- [--json FILE] [--format LIST] [--world NAME] [--more] [--quick] [--rows N] [--workers N] [--rounds N] [--seed N]
  --json FILE    also write the results as JSON
  --format LIST  of ${PIPELINE_FORMATS.join(',')} (all)
  --world NAME   ${LARGE.name} or ${SMALL.name} (${LARGE.name})
  --more         one thread, and rows written as CSV, too
  --quick        a smoke run: a tenth of the rows, three rounds
  --rows N       rows of each file (${PIPELINE_FORMATS.map((format) => `${format} ${ROWS[format]}`).join(', ')})
  --workers N    threads, ours and DuckDB's (2)
  --rounds N     rounds (${ROUNDS})
  --seed N       seed of the world and the requests (1)`;

/** Parses the command line; null for --help. Throws a RangeError or TypeError for invalid options. */
export function readPipelineOptions(args: readonly string[]): PipelineArguments | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      format: { type: 'string', default: PIPELINE_FORMATS.join() },
      world: { type: 'string', default: LARGE.name },
      more: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      rows: { type: 'string' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  return {
    json: values.json ?? null,
    formats: values.format.split(',').map((name) => oneOf('format', name, PIPELINE_FORMATS)),
    world: oneOf('world', values.world, [SMALL.name, LARGE.name]),
    rows: values.rows === undefined ? null : wholeNumber('rows', values.rows, 1),
    isQuick: values.quick,
    workers: wholeNumber('workers', values.workers, 1),
    rounds:
      values.rounds === undefined ? (values.quick ? QUICK_ROUNDS : ROUNDS) : wholeNumber('rounds', values.rounds, 1),
    seed: wholeNumber('seed', values.seed, 0),
    hasMore: values.more,
  };
}

/** A world by its name. */
export function pipelineWorld(name: string, seed: number): World {
  return benchmarkWorld(PROFILE, name === SMALL.name ? SMALL : LARGE, seed);
}

/** Rows of a format's file. */
export function rowsOf(format: PipelineFormat, { rows, isQuick }: PipelineArguments): number {
  return rows ?? (isQuick ? ROWS[format] / QUICK_DIVISOR : ROWS[format]);
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new RangeError(`--${option} must be one of ${names.join(', ')}, got ${text}`);
  return found;
}
