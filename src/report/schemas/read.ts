import * as z from 'zod/mini';
import { FORMAT_NAMES } from '../../dialects/formats.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { integer, integerOrNull, type JsonOf, text, textOrNull, texts } from './values.js';

const place = {
  file: text('The file, as messages name it.'),
  line: integer('From 1.', 1),
  column: integer('From 1, in UTF-16 units.', 1),
};

const warning = documented(
  z.strictObject({
    ...place,
    message: text('What does nothing, or not what it seems to, in words.'),
    nearest: textOrNull('The valid name nearest to the one written; null: none is near.'),
  }),
  { id: 'read_warning', description: 'Something that does nothing, or not what it seems to.' },
);

const lineNote = z.strictObject({
  line: integer('From 1.', 1),
  kind: documented(z.enum(['understood', 'irrelevant', 'warning']), {
    description:
      'understood: it says something. irrelevant: it says nothing about a delegation. warning: see the warnings.',
  }),
  about: text('What it says, or the rule by which it is irrelevant.'),
});

const fileAccount = z.strictObject({
  file: text('The file, as messages name it.'),
  status: documented(z.enum(['passed', 'partly', 'failed']), {
    description: 'passed: no warning. partly: warnings. failed: the file is not of its format.',
  }),
  lines: documented(z.array(lineNote), { description: 'What became of each line.' }),
  warnings: documented(z.array(warning), { description: 'In the order of the text.' }),
});

const mask = documented(
  z.strictObject({
    bits: text('The mask in hexadecimal.'),
    names: texts('The names of its bits, by number; a bit without a name as its number.'),
    origins: documented(
      z.array(z.strictObject({ bit: integer('From 0 to 63.'), written: text('As written.'), ...place })),
      { description: 'Where each bit comes from.' },
    ),
  }),
  { id: 'delegated_mask', description: 'A mask, and where each bit comes from.' },
);

const delegation = z.strictObject({
  kind: documented(z.enum(['bpffs', 'token']), {
    description: 'bpffs: tokens are made from it. token: one that is there.',
  }),
  name: text('What the file calls it.'),
  ...place,
  path: textOrNull('Where the bpffs is mounted; null where the file does not say.'),
  masks: documented(z.strictObject({ cmds: mask, maps: mask, progs: mask, attachs: mask }), {
    description: 'What it delegates.',
  }),
  uid: integerOrNull('The option uid=; null where it is not given.'),
  gid: integerOrNull('The option gid=; null where it is not given.'),
  mode: textOrNull('The option mode=, in octal; null where it is not given.'),
  owner: documented(z.enum(['init', 'own']), {
    description: 'The user namespace that the bpffs belongs to: the initial one, or one of its own.',
  }),
  process: documented(
    z.strictObject({
      userns: documented(z.enum(['init', 'own']), { description: 'The user namespace that the process runs in.' }),
      uid: integer('Inside of its user namespace.'),
      caps: texts('Its effective capabilities there.'),
    }),
    { description: 'The process that the delegation is for.' },
  ),
  unusable: textOrNull('Why no token can be made of it; null where nothing of the kind is known.'),
});

const lineCounts = z.strictObject({
  format: documented(z.enum(FORMAT_NAMES as readonly [string, ...string[]]), { description: 'The format.' }),
  files: integer('Files of the format.'),
  passed: integer('Files without a warning.'),
  partly: integer('Files with warnings.'),
  failed: integer('Files that are not of the format.'),
  lines: integer('Lines of these files.'),
  understood: integer('Lines that say something about a delegation.'),
  irrelevant: integer('Lines that say nothing about one, by a named rule.'),
  warning: integer('Lines with a warning.'),
});

/** `bpftoken read FILE... --json` */
export const readSchema = output('read', 'What files of other tools delegate: bpftoken read --json.', {
  profile: text('The kernel whose names these are.'),
  counts: documented(z.array(lineCounts), { description: 'Files and lines, counted by format.' }),
  readings: documented(
    z.array(
      z.strictObject({
        format: documented(z.enum(FORMAT_NAMES as readonly [string, ...string[]]), { description: 'The format.' }),
        files: documented(z.array(fileAccount), { description: 'Each file, and what became of its lines.' }),
        delegations: documented(z.array(delegation), { description: 'What the files delegate.' }),
        assumptions: documented(
          z.array(
            z.strictObject({
              about: documented(z.enum(['owner', 'process', 'kernel', 'systemd']), { description: 'What is assumed.' }),
              of: textOrNull('The name of the delegation; null: it is about all of them.'),
              text: text('In words.'),
            }),
          ),
          { description: 'What the files cannot say, and what was assumed.' },
        ),
      }),
    ),
    { description: 'One for each file, or for files that belong together.' },
  ),
});

export type ReadJson = JsonOf<typeof readSchema>;
