import * as z from 'zod/mini';
import { HELPER_REFUSALS } from '../../kernel/verifier/withheld.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { assumed, request, warnings } from './request.js';
import { boolean, type JsonOf, text, textOrNull } from './values.js';
import { failedByDroppedToken, tokenShape, verdictShape } from './verdict.js';

const withheld = z.strictObject({
  kind: documented(z.enum(['helper', 'liberty']), { description: 'What it is.' }),
  name: text('The name of the helper or the liberty.'),
  refusal: documented(z.enum(HELPER_REFUSALS), {
    description:
      'Why: not_of_this_type, no program of this type has it; capability, one is missing; needs_gpl, the licence; might_sleep, ' +
      'the helper sleeps; target_disallows, what the program attaches to.',
  }),
  capability: textOrNull('The capability that is missing; null where none would help.'),
  asked_in: textOrNull('The user namespace in which it was asked.'),
});

/** The keys that `check` and `explain` have in common. */
export const answerShape = {
  profile: text('The kernel that was asked.'),
  request,
  assumed,
  ...verdictShape,
  ...tokenShape,
  failed_by_dropped_token: failedByDroppedToken,
  withheld: documented(z.nullable(withheld), {
    description: 'What the verifier withholds from the program; null: nothing, or the load fails before.',
  }),
  because: text('Why, the cause first, in words.'),
  warnings,
};

/** `bpftoken check --json` */
export const checkSchema = output('check', 'The verdict on one request: bpftoken check --json.', {
  ...answerShape,
  newest_profile_differs: boolean('The newest kernel that is known returns another errno, or none.'),
});

export type CheckJson = JsonOf<typeof checkSchema>;
export type CheckAnswerJson = Omit<CheckJson, 'schema' | 'newest_profile_differs'>;
export type WithheldJson = JsonOf<typeof withheld>;
