import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { answerShape } from './check.js';
import { output } from './output.js';
import { remedy } from './remedy.js';
import { boolean, errnoNameSchema, type JsonOf, reasonSchema, text, textOrNull } from './values.js';
import { failedByDroppedToken, steps, tokenShape, verdictShape } from './verdict.js';

const obstacle = z.strictObject({
  errno: documented(z.nullable(errnoNameSchema), { description: 'What bpf() returns for it; null: nothing.' }),
  reason: reasonSchema,
  reason_text: text('The reason in words.'),
  cleared: documented(z.nullable(remedy), { description: 'What puts it out of the way; null: nothing does.' }),
});

export const advice = documented(
  z.strictObject({
    possible: boolean('There are changes with which the request passes.'),
    changes: documented(z.array(remedy), { description: 'These changes, in order; none for an allowed request.' }),
    note: textOrNull('What to mind of all changes together; null: nothing.'),
    why: textOrNull('Why nothing helps; null where something does.'),
    obstacles: documented(z.array(obstacle), {
      description: 'Where nothing helps: what stands in the way, in the order in which the kernel meets it.',
    }),
  }),
  { id: 'advice', description: 'What makes the request pass, or why nothing can.' },
);

const profileAnswer = z.strictObject({
  profile: text('The kernel.'),
  ...verdictShape,
  ...tokenShape,
  token_impossible: boolean('The token could not exist there.'),
  failed_by_dropped_token: failedByDroppedToken,
});

/** `bpftoken explain --json` */
export const explainSchema = output('explain', 'Everything about one request: bpftoken explain --json.', {
  ...answerShape,
  returned: documented(z.int(), { description: 'What the call returns: a descriptor, 0, or a negated errno.' }),
  asked_in: textOrNull('The user namespace where the capability that decided was asked; null: none decided.'),
  steps,
  advice,
  profiles: documented(z.array(profileAnswer), {
    description: 'What each built-in kernel answers, oldest first; empty for a request that cannot be made.',
  }),
});

export type ExplainJson = JsonOf<typeof explainSchema>;
export type AdviceJson = JsonOf<typeof advice>;
