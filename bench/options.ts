import { parseArgs } from 'node:util';
import type { SamplingPlan } from './measure.js';

/** The options of the command line. */
export interface Options {
  /** Where to write the results as JSON. */
  readonly json: string | null;
  readonly seed: number;
  /** Rows of a batch. */
  readonly rows: number;
  readonly sampling: SamplingPlan;
  readonly isQuick: boolean;
  /** Whether end-to-end pipelines are timed too. */
  readonly hasPipelines: boolean;
}

const FULL = { rows: 4_194_304, sampling: { rounds: 7, repetitions: 3 } };
const QUICK = { rows: 1_048_576, sampling: { rounds: 3, repetitions: 1 } };

/** The text of `npm run bench -- --help`. */
export const USAGE = `npm run bench -- [--json FILE] [--quick] [--no-files] [--rows N] [--rounds N] [--seed N]
  --json FILE  also write the results as JSON
  --quick      a smoke run: a million rows, three rounds
  --no-files   decisions only, without the end-to-end pipelines (2 GB of files in the temporary folder)
  --rows N     rows of a batch, at least 65536 (${FULL.rows})
  --rounds N   rounds (${FULL.sampling.rounds})
  --seed N     seed of the worlds and requests (1)`;

/** Parses the command line; null for --help. Throws a RangeError or TypeError for invalid options. */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-files': { type: 'boolean', default: false },
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
    hasPipelines: !values['no-files'],
    seed: wholeNumber('seed', values.seed, 0),
    rows: values.rows === undefined ? rows : wholeNumber('rows', values.rows, 65_536),
    sampling: {
      ...sampling,
      rounds: values.rounds === undefined ? sampling.rounds : wholeNumber('rounds', values.rounds, 1),
    },
  };
}

/** The exit status of an error: 2 for invalid options. */
export function exitCodeOf(error: unknown): number {
  return error instanceof RangeError || error instanceof TypeError ? 2 : 1;
}

/** The integer of an option. Throws a RangeError for text that is not one, or one less than `minimum`. */
export function wholeNumber(option: string, text: string, minimum: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < minimum) {
    throw new RangeError(`--${option} must be an integer of at least ${minimum}, got ${text}`);
  }
  return number;
}
