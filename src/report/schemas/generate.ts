import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { TABLE_FORMATS } from '../../tables/formats.js';
import { output } from './output.js';
import { integer, type JsonOf, measured, text } from './values.js';

/** `bpftoken generate --json` */
export const generateSchema = output('generate', 'The request table that was written: bpftoken generate --json.', {
  rows: integer('Requests that were written.'),
  seed: integer('The seed they were drawn with.'),
  format: documented(z.enum(TABLE_FORMATS), { description: 'The format of the table.' }),
  out: text('Where to; - for standard output.'),
  elapsed_ms: measured('How long it took, in milliseconds.'),
  peak_memory_bytes: measured('Bytes of memory that the process had at most, its worker threads among them.'),
});

export type GenerateJson = JsonOf<typeof generateSchema>;
