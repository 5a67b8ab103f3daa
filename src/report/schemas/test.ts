import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { witness } from './policy.js';
import { assumed, request, warnings } from './request.js';
import { boolean, integer, type JsonOf, text, textOrNull, texts } from './values.js';
import { tokenShape, verdictShape } from './verdict.js';

const result = z.strictObject({
  number: integer('Which request of the scenario, from 1.', 1),
  name: textOrNull('Its name; null: none.'),
  line: integer('The line it starts on, from 1.', 1),
  request,
  assumed,
  ...verdictShape,
  ...tokenShape,
  differences: texts('What is not as expected, in words; empty where everything is, and where nothing is expected.'),
});

const counterexamples = (description: string) =>
  documented(
    z.nullable(
      z.strictObject({
        requests: integer('How many.', 1),
        first: witness,
      }),
    ),
    { description },
  );

const assertionResult = z.strictObject({
  number: integer('Which assertion of the scenario, from 1.', 1),
  name: textOrNull('Its name; null: none.'),
  line: integer('The line it starts on, from 1.', 1),
  assertion: text('What is asserted, in words.'),
  holds: boolean('Whether it holds of every request.'),
  asked: integer('Requests that it is about: all were asked.'),
  excess: counterexamples('Requests that are allowed and must not be; null: none.'),
  lacking: counterexamples('Requests that are not allowed and must be; null: none.'),
  unable: texts('Tasks that must be able to make one of the requests, and are not.'),
});

/** `bpftoken test --json` */
export const testSchema = output('test', 'The expectations of a scenario: bpftoken test --json.', {
  profile: text('The kernel that was asked.'),
  expectations: integer('Requests that expect something.'),
  failed: integer('Of these, requests that got something else.'),
  warnings,
  results: documented(z.array(result), { description: 'The requests, in order; with --quiet those that failed.' }),
  assertions: integer('Assertions about all requests there are.'),
  assertions_failed: integer('Of these, assertions that do not hold.'),
  assertion_results: documented(z.array(assertionResult), {
    description: 'The assertions, in order; with --quiet those that failed.',
  }),
});

export type TestJson = JsonOf<typeof testSchema>;
