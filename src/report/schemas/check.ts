import { output } from './output.js';
import { assumed, request, warnings } from './request.js';
import { boolean, type JsonOf, text } from './values.js';
import { failedByDroppedToken, tokenShape, verdictShape } from './verdict.js';

/** The keys that `check` and `explain` have in common. */
export const answerShape = {
  profile: text('The kernel that was asked.'),
  request,
  assumed,
  ...verdictShape,
  ...tokenShape,
  failed_by_dropped_token: failedByDroppedToken,
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
