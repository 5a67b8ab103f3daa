// npm run bench:outputs: whole processes that read a table and write one, against DuckDB's COPY.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exitCodeOf, wholeNumber } from '../options.js';
import { OUTPUT_PLAN } from './plan.js';
import { outputsText } from './report.js';
import { timeOutputs } from './time_outputs.js';

const USAGE = `npm run bench:outputs -- [--json FILE] [--rows N] [--rounds N] [--seed N]
  --json FILE  also write the results as JSON
  --rows N     rows of each table (${OUTPUT_PLAN.rows})
  --rounds N   rounds (${OUTPUT_PLAN.rounds})
  --seed N     seed of the requests (1)`;

try {
  const { values } = parseArgs({
    options: {
      json: { type: 'string' },
      rows: { type: 'string', default: String(OUTPUT_PLAN.rows) },
      rounds: { type: 'string', default: String(OUTPUT_PLAN.rounds) },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) console.log(USAGE);
  else {
    const reports = timeOutputs({
      rows: wholeNumber('rows', values.rows, 1),
      rounds: wholeNumber('rounds', values.rounds, 1),
      seed: wholeNumber('seed', values.seed, 0),
    });
    console.log(reports.map(outputsText).join('\n'));
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reports, null, 2)}\n`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = exitCodeOf(error);
}
