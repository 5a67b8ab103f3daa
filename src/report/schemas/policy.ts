import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { callShape } from './request.js';
import {
  boolean,
  dispositionSchema,
  errnoNameSchema,
  integer,
  type JsonOf,
  reasonSchema,
  text,
  textOrNull,
  texts,
} from './values.js';

const call = z.strictObject(callShape);

export const witness = documented(
  z.strictObject({
    task: text('The task that asks.'),
    token: textOrNull('The token it passes; null: none.'),
    bpffs: textOrNull('The bpffs that a token is made from; null where the command reads none.'),
    ...callShape,
    command: text('The command line that checks it.'),
  }),
  { id: 'policy_request', description: 'One request of a policy.' },
);

const members = documented(
  z.strictObject({
    tasks: integer('Number of tasks.', 1),
    task_names: texts('Their names; the first hundred.'),
    tokens: documented(z.nullable(z.array(z.string())), { description: 'The tokens they pass; null: none.' }),
    bpffs: documented(z.nullable(z.array(z.string())), {
      description: 'The bpffs that tokens are made from; null where the command reads none.',
    }),
  }),
  { id: 'policy_pairs', description: 'Tasks with tokens or bpffs: each task with each of them.' },
);

const group = documented(
  z.strictObject({
    requests: integer('Pairs of a task and a token, times calls.', 1),
    pairs: integer('Pairs of a task and a token, or a bpffs, or a task alone.', 1),
    classes: integer('Classes of pairs.', 1),
    members: documented(z.array(members), { description: 'The pairs, by classes; the first thousand.' }),
    calls: documented(z.array(call), { description: 'What each of the pairs asks.' }),
    first: witness,
  }),
  { id: 'policy_group', description: 'Requests that belong together: each pair with each call.' },
);

const groups = (description: string) => documented(z.array(group), { description });
const asked = integer('Requests that were asked: every one that is meant.');
const pattern = textOrNull('The requests that are meant, as written; null: all.');
const profiles = texts('The kernel of each policy.');

const diffShape = {
  asked,
  gained: groups('Allowed by the second policy alone.'),
  lost: groups('Allowed by the first policy alone.'),
};

const allowedShape = {
  profiles,
  pattern,
  asked,
  allowed: integer('Requests that are allowed.'),
  groups: groups('Those that are allowed, by what each pair may ask.'),
  refused: documented(
    z.array(
      z.strictObject({
        errno: documented(z.nullable(errnoNameSchema), { description: 'What bpf() returns.' }),
        reason: reasonSchema,
        token: dispositionSchema,
        requests: integer('Requests that are refused so.', 1),
        first: witness,
      }),
    ),
    { description: 'The others, by reason.' },
  ),
};

/** `bpftoken who-can --json` */
export const whoCanSchema = output('who-can', 'Who may make some requests: bpftoken who-can --json.', allowedShape);

/** `bpftoken what-can --json` */
export const whatCanSchema = output('what-can', 'What tasks may do: bpftoken what-can --json.', allowedShape);

/** `bpftoken diff --json` */
export const diffSchema = output('diff', 'What a change of a policy changes: bpftoken diff --json.', {
  profiles,
  pattern,
  ...diffShape,
  intended: documented(
    z.nullable(
      z.strictObject({
        before: integer('Intended requests that were allowed before: none has to be.'),
        ...diffShape,
        holds: boolean('The intended was not allowed before, is now, and nothing else changes.'),
      }),
    ),
    { description: 'With --intended: what changes among the intended requests; the rest is about all others.' },
  ),
});

const claimShape = {
  profiles,
  pattern,
  holds: boolean('Whether it holds.'),
  asked,
  against: integer('Requests of which it does not hold.'),
  witness: documented(z.nullable(witness), { description: 'The smallest of them; null where it holds.' }),
};

/** `bpftoken never --json` */
export const neverSchema = output('never', 'Whether no request is allowed: bpftoken never --json.', claimShape);

/** `bpftoken always --json` */
export const alwaysSchema = output('always', 'Whether every request is allowed: bpftoken always --json.', claimShape);

/** `bpftoken implies --json` */
export const impliesSchema = output(
  'implies',
  'Whether the second policy allows what the first does: bpftoken implies --json.',
  claimShape,
);

/** `bpftoken equivalent --json` */
export const equivalentSchema = output(
  'equivalent',
  'Whether two policies allow the same: bpftoken equivalent --json.',
  claimShape,
);

export type AllowedJson = JsonOf<typeof whoCanSchema> | JsonOf<typeof whatCanSchema>;
export type DiffJson = JsonOf<typeof diffSchema>;
export type ClaimJson = JsonOf<
  typeof neverSchema | typeof alwaysSchema | typeof impliesSchema | typeof equivalentSchema
>;
export type PolicyGroupJson = JsonOf<typeof group>;
export type PolicyRequestJson = JsonOf<typeof witness>;
