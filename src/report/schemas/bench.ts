import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { flag, type JsonOf, measured, text, wholeNumber } from './values.js';

/** `bpftoken bench --json` */
export const benchSchema = output('bench', 'How fast requests are decided: bpftoken bench --json.', {
  scenario: text('The scenario, as messages name it.'),
  profile: text('The kernel that was asked.'),
  tasks: wholeNumber('Tasks of the scenario.'),
  tokens: wholeNumber('Tokens of the scenario.'),
  rows: wholeNumber('Different requests.'),
  seed: wholeNumber('The seed they were drawn with.'),
  batch_rows: wholeNumber('Requests decided at a time.'),
  workers: wholeNumber('Threads.'),
  node: text('The version of Node.'),
  checks_per_second: documented(
    z.strictObject({
      median: measured('The median of the windows.'),
      min: measured('The slowest window.'),
      max: measured('The fastest window.'),
    }),
    { description: 'Requests a second of all threads together.' },
  ),
  windows: wholeNumber('Windows that were measured.'),
  checks: wholeNumber('Requests that were decided.'),
  batches: wholeNumber('Batches that were decided.'),
  batch_latency_us: documented(
    z.strictObject({
      p50: measured('The time that half of the batches do not exceed.'),
      p99: measured('The time that 99% of the batches do not exceed.'),
      p999: measured('The time that 99.9% of the batches do not exceed.'),
      max: measured('The longest.'),
    }),
    { description: 'How long a batch takes, in microseconds.' },
  ),
  allowed_share: measured('The share of the different requests that is allowed, from 0 to 1.'),
  checksum: text('Of the counts by verdict: the same for the same scenario, seed and rows.'),
  elapsed_ms: measured('How long it took, in milliseconds.'),
  interrupted: flag('The measurement was interrupted: this is what was measured until then.'),
});

export type BenchJson = JsonOf<typeof benchSchema>;
