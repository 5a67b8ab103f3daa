import { parseArgs } from 'node:util';
import type { SamplingPlan } from './measure.js';

/** What a person asked for. */
export interface Options {
  /** Where to write the results as JSON. */
  readonly json: string | null;
  readonly seed: number;
  /** Rows of a batch. */
  readonly rows: number;
  readonly sampling: SamplingPlan;
  readonly isQuick: boolean;
  /** Whether roads from files are timed too. */
  readonly hasRoads: boolean;
}

const FULL = { rows: 4_194_304, sampling: { rounds: 7, repetitions: 3 } };
const QUICK = { rows: 1_048_576, sampling: { rounds: 3, repetitions: 1 } };

/** What `npm run bench -- --help` prints. */
export const USAGE = `npm run bench -- [--json FILE] [--quick] [--no-roads] [--rows N] [--rounds N] [--seed N]
  --json FILE  also write the results as JSON
  --quick      a smoke run: a million rows, three rounds
  --no-roads   decisions alone: no files are made (2 GB in the temporary folder)
  --rows N     rows of a batch, at least 65536 (${FULL.rows})
  --rounds N   rounds (${FULL.sampling.rounds})
  --seed N     seed of the worlds and requests (1)`;

/** Reads the command line; null asks for help. Throws a RangeError or TypeError for what it cannot read. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-roads': { type: 'boolean', default: false },
      rows: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { rows, sampling } = values.quick ? QUICK : FULL;
  return {
    json: values.json ?? null,
    isQuick: values.quick,
    hasRoads: !values['no-roads'],
    seed: wholeNumber('seed', values.seed, 0),
    rows: values.rows === undefined ? rows : wholeNumber('rows', values.rows, 65_536),
    sampling: {
      ...sampling,
      rounds: values.rounds === undefined ? sampling.rounds : wholeNumber('rounds', values.rounds, 1),
    },
  };
}

/** The exit status for what was thrown: 2 where the command line cannot be read. */
export function exitCodeOf(error: unknown): number {
  return error instanceof RangeError || error instanceof TypeError ? 2 : 1;
}

/** An option's whole number. Throws a RangeError for what is none, or less than `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < least) {
    throw new RangeError(`--${option} ${text}: a whole number from ${least} on is wanted`);
  }
  return number;
}
