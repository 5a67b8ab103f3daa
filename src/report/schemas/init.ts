import { output } from './output.js';
import { integer, type JsonOf, text } from './values.js';

/** `bpftoken init --json` */
export const initSchema = output('init', 'The starter scenario that was written: bpftoken init --json.', {
  file: text('Where to; - for standard output.'),
  bytes: integer('Its size.'),
});

export type InitJson = JsonOf<typeof initSchema>;
