import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { boolean, integer, type JsonOf, text, textOrNull } from './values.js';

const finding = documented(
  z.strictObject({
    code: text('The rule.'),
    severity: documented(z.enum(['error', 'security', 'warning', 'suggestion']), {
      description:
        'error: a part of the file does nothing, or fails. security: more can be done than the file seems to say. ' +
        'warning: it fails with usual programs. suggestion: it can be written better.',
    }),
    file: text('The file, as messages name it.'),
    line: integer('From 1.', 1),
    column: integer('From 1, in UTF-16 units.', 1),
    length: integer('Of the piece that it is about, in UTF-16 units.', 1),
    message: text('In words.'),
    nearest: textOrNull('The valid name nearest to the one written; null: none is near.'),
    fixable: boolean('Whether --fix mends it.'),
  }),
  { id: 'finding', description: 'What a rule found.' },
);

/** `bpftoken lint FILE... --json` */
export const lintSchema = output('lint', 'What is wrong with files of other tools: bpftoken lint --json.', {
  profile: text('The kernel that the files are for.'),
  files: integer('How many files were read.', 1),
  findings: documented(z.array(finding), { description: 'File by file, in the order of the text.' }),
  disabled: documented(z.array(z.strictObject({ finding, reason: text('As the comment gives it.') })), {
    description: 'What comments in the files disable.',
  }),
  fixed: documented(z.array(finding), { description: 'What --fix mended; positions are those before.' }),
});

export type LintJson = JsonOf<typeof lintSchema>;
