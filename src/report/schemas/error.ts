import * as z from 'zod/mini';
import { ERROR_CODES } from '../../errors.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { integerOrNull, type JsonOf, text, textOrNull } from './values.js';

const diagnostic = documented(
  z.strictObject({
    file: textOrNull('The file, as messages name it; null: it is not about a file.'),
    line: integerOrNull('From 1; null: the file has no lines, or it is about the whole file.', 1),
    column: integerOrNull('The column of the text, from 1, in UTF-16 units; null: it is about the whole line.', 1),
    row: integerOrNull('The row of a table without lines, from 1; null where the error is about no row.', 1),
    field: textOrNull(
      'The column of a table, or the field of a request, that it is about; null where it is about no field.',
    ),
    message: text('What is wrong, in words.'),
    nearest: textOrNull('The valid name nearest to the one written; null: none is near.'),
  }),
  { id: 'diagnostic', description: 'One thing that is wrong, and where.' },
);

/** What a command with `--json` writes to standard error in place of its output. */
export const errorSchema = output('error', 'Why a command with --json has no output: one line on standard error.', {
  code: documented(z.enum(ERROR_CODES), { description: 'The kind of error. It stays the same whatever the words.' }),
  message: text('The error in words: what is written without --json.'),
  errno: textOrNull('The name of the error number of the system; null: it was not the system.'),
  diagnostics: documented(z.array(diagnostic), {
    description: 'Each thing that is wrong, with its place or the nearest name; empty where neither is known.',
  }),
});

export type ErrorJson = JsonOf<typeof errorSchema>;
export type DiagnosticJson = JsonOf<typeof diagnostic>;
