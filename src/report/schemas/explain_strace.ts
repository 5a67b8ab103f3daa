import * as z from 'zod/mini';
import { MASK_NAMES } from '../../kernel/masks.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { remedy } from './remedy.js';
import { callShape } from './request.js';
import {
  boolean,
  dispositionSchema,
  errnoNameSchema,
  integer,
  integerOrNull,
  type JsonOf,
  reasonSchema,
  text,
  textOrNull,
} from './values.js';

const place = {
  line: integer('From 1.', 1),
  column: integer('From 1, in UTF-16 units.', 1),
};

const agreement = documented(z.enum(['agrees', 'later', 'earlier', 'disagrees', 'not_compared']), {
  id: 'log_agreement',
  description:
    'agrees: both let the call through, or both have the same error. later: the simulator lets it through, and the error is of a stage behind ' +
    'the permission checks. earlier: the simulator refuses it, and the error is of a check of the attributes before them. disagrees: none of that. ' +
    'not_compared: the log does not show enough.',
});

const consequence = documented(z.enum(['none', 'harmless', 'degrades', 'fatal', 'unknown']), {
  id: 'consequence',
  description:
    'none: it was not refused. harmless: the program goes on as if nothing were. degrades: it goes on, and something is missing. ' +
    'fatal: what it loads does not load. unknown: the log does not tell.',
});

const warning = z.strictObject({
  file: text('The log, as messages name it.'),
  ...place,
  message: text('What cannot be read, in words.'),
  nearest: textOrNull('The valid name nearest to the one written; null: none is near.'),
});

const lineNote = z.strictObject({
  line: integer('From 1.', 1),
  kind: documented(z.enum(['understood', 'irrelevant', 'warning']), { description: 'What became of the line.' }),
  about: text('What it says, or the rule by which it is irrelevant.'),
});

const log = documented(
  z.strictObject({
    file: text('The log, as messages name it.'),
    status: documented(z.enum(['passed', 'partly', 'failed']), {
      description: 'passed: no warning. partly: warnings. failed: no line is of strace or of libbpf.',
    }),
    lines: documented(z.array(lineNote), { description: 'What became of each line.' }),
    warnings: documented(z.array(warning), { description: 'In the order of the text.' }),
  }),
  { description: 'What became of the lines of the log.' },
);

const masks = documented(
  z.strictObject(
    Object.fromEntries(
      MASK_NAMES.map((mask) => [mask, textOrNull('As the mount option; null: nothing that the log shows or proves.')]),
    ) as Record<(typeof MASK_NAMES)[number], z.ZodMiniNullable<z.ZodMiniString>>,
  ),
  { id: 'log_masks', description: 'What is delegated.' },
);

const object = {
  name: text('The name of it here.'),
  line: integer('The line on which it appears.', 1),
  userns: text('The user namespace that it belongs to.'),
  shown: boolean('The log shows its masks; otherwise they are the bits that calls prove.'),
  masks,
};

const request = documented(z.strictObject(callShape), { description: 'What the call asks for, by names.' });

const call = z.strictObject({
  ...place,
  process: text('The process, as the log names it.'),
  call: request,
  logged: documented(
    z.strictObject({
      value: documented(z.nullable(z.number()), {
        description: 'What it returned; null where it failed, or the log does not say.',
      }),
      errno: textOrNull('The error in the log; null where it has none.'),
    }),
    { description: 'What the log says that the call returned.' },
  ),
  token: documented(z.enum(['none', 'shown', 'assumed']), {
    description: 'none: the call carried no token. shown: the log shows which. assumed: strace does not print it.',
  }),
  token_name: textOrNull('The token; null: none, or its descriptor is of no use.'),
  delegated_at: textOrNull(
    'Of a refused call without a token: the path of a bpffs in reach that delegates what it needs; null: none.',
  ),
  unread_token_fd: integerOrNull(
    'A descriptor in the field of the token that the kernel did not read, for want of BPF_F_TOKEN_FD; null: none.',
  ),
  agreement,
  errno: documented(z.nullable(errnoNameSchema), {
    description: 'The error that the simulator answers; null: none, or not compared.',
  }),
  reason: documented(z.nullable(reasonSchema), { description: 'Why; null: not compared.' }),
  reason_text: textOrNull('The reason in words for this call; null: not compared.'),
  token_disposition: documented(z.nullable(dispositionSchema), {
    description: 'What became of the token; null: not compared.',
  }),
  from_log_alone: boolean(
    'The answer rests on what the log shows; otherwise on what follows from its results too, or on what is assumed.',
  ),
  unproven: documented(
    z.array(
      z.strictObject({
        mask: documented(z.enum(MASK_NAMES), { description: 'The mask.' }),
        name: text('The name of the bit.'),
      }),
    ),
    {
      description:
        'Of a refused call whose masks the log does not show: bits that it needs and no call proves. One of them was missing.',
    },
  ),
  step: textOrNull('What the call is for; null: the program’s own.'),
  consequence,
  consequence_text: textOrNull('Why; null: nothing to say.'),
  hint: textOrNull('What the error means that is no answer of the permission checks; null: nothing to say.'),
  in_front: documented(
    z.array(z.strictObject({ what: text('What may have answered.'), evidence: text('Where to look.') })),
    {
      description: 'What may have answered in the place of the permission checks of bpf(), most likely first.',
    },
  ),
  remedies: documented(z.array(remedy), {
    description: 'What makes a refused call pass, in order; none where nothing does, or it was not refused.',
  }),
  why_none: textOrNull('Why nothing makes it pass; null where something does, or it was not refused.'),
});

const mountCall = z.strictObject({
  ...place,
  process: text('The process, as the log names it.'),
  what: text('The call and what it sets.'),
  logged_errno: textOrNull('The error in the log; null: none.'),
  errno: textOrNull('The error that the simulator answers; null: none.'),
  agreement,
  why: textOrNull('The check that refuses it in the simulator; null: none.'),
  hint: textOrNull('What to mind; null: nothing.'),
});

const message = z.strictObject({
  ...place,
  text: text('The message, or what was refused.'),
  meaning: text('What it means.'),
  consequence,
});

const assumption = z.strictObject({
  about: documented(z.enum(['kernel', 'process', 'bpffs', 'token', 'sysctl']), { description: 'What is assumed.' }),
  basis: documented(z.enum(['inferred', 'assumed', 'given']), {
    description:
      'inferred: it follows from results of the log. assumed: nothing in the log tells. given: an option or a scenario says it.',
  }),
  text: text('In words.'),
});

/** `bpftoken explain --strace FILE --json` */
export const explainStraceSchema = output(
  'explain-strace',
  'A log of strace, explained: bpftoken explain --strace FILE --json.',
  {
    profile: text('The kernel that was asked.'),
    log,
    counts: documented(
      z.strictObject({
        calls: integer('bpf() calls in the log.'),
        refused: integer('Those that failed.'),
        without_token: integer('Those that could carry a token and carried none.'),
        agrees: integer('Calls that agree.'),
        later: integer('Calls that a later stage refused.'),
        earlier: integer('Calls that an earlier check refused.'),
        disagrees: integer('Calls that disagree.'),
        not_compared: integer('Calls that were not compared.'),
      }),
      { description: 'Calls by what became of them.' },
    ),
    bpffs: documented(z.array(z.strictObject(object)), { description: 'Instances of bpffs that the log has.' }),
    tokens: documented(z.array(z.strictObject(object)), { description: 'Tokens that the log has.' }),
    calls: documented(z.array(call), { description: 'Each bpf() call, in the order in which they end.' }),
    mount_calls: documented(z.array(mountCall), { description: 'Calls that open, configure or mount a bpffs.' }),
    messages: documented(z.array(message), {
      description: 'Messages of libbpf about tokens and permissions, and refused calls that no token covers.',
    }),
    assumptions: documented(z.array(assumption), {
      description: 'What the log does not show, and what was taken in its place.',
    }),
  },
);

export type ExplainStraceJson = JsonOf<typeof explainStraceSchema>;
