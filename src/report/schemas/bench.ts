import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { boolean, integer, type JsonOf, measured, text } from './values.js';

/** `bpftoken bench --json` */
export const benchSchema = output('bench', 'How fast requests are decided: bpftoken bench --json.', {
  scenario: text('The scenario, as messages name it.'),
  profile: text('The kernel that was asked.'),
  tasks: integer('Tasks of the scenario.'),
  tokens: integer('Tokens of the scenario.'),
  rows: integer('Different requests.'),
  seed: integer('The seed they were drawn with.'),
  batch_rows: integer('Requests decided at a time.'),
  workers: integer('Threads.'),
  node: text('The version of Node.'),
  checks_per_second: documented(
    z.strictObject({
      median: measured('The median of the windows.'),
      min: measured('The slowest window.'),
      max: measured('The fastest window.'),
    }),
    { description: 'Requests a second of all threads together.' },
  ),
  windows: integer('Windows that were measured.'),
  checks: integer('Requests that were decided.'),
  batches: integer('Batches that were decided.'),
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
  interrupted: boolean('The measurement was interrupted: this is what was measured until then.'),
});

export type BenchJson = JsonOf<typeof benchSchema>;
