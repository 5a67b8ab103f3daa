import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { assumed, request, warnings } from './request.js';
import { integer, type JsonOf, text, textOrNull, texts } from './values.js';
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

/** `bpftoken test --json` */
export const testSchema = output('test', 'The expectations of a scenario: bpftoken test --json.', {
  profile: text('The kernel that was asked.'),
  expectations: integer('Requests that expect something.'),
  failed: integer('Of these, requests that got something else.'),
  warnings,
  results: documented(z.array(result), { description: 'The requests, in order; with --quiet those that failed.' }),
});

export type TestJson = JsonOf<typeof testSchema>;
