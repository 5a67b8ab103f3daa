import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { boolean, integer, integerOrNull, type JsonOf, text, texts } from './values.js';
import { verdictOfByte } from './verdict.js';

const answer = documented(
  z.union([
    verdictOfByte,
    documented(z.strictObject({ verdict_byte: integer('A number that is no verdict.') }), {
      description: 'A number that is no verdict.',
    }),
    documented(z.strictObject({ threw: text('The message of the error.') }), { description: 'It threw an error.' }),
  ]),
  { id: 'answer', description: 'What one implementation says.' },
);

const answers = documented(
  z.strictObject({
    model: documented(answer, { description: 'The model.' }),
    decide_request: documented(answer, { description: 'The hot path, of the request by itself.' }),
    decide_batch: documented(answer, { description: 'The hot path, of the request in a batch.' }),
    decide_ids: documented(z.nullable(answer), {
      description: 'The hot path, of the request by ids; null where ids cannot express it.',
    }),
  }),
  { id: 'answers', description: 'What each implementation says.' },
);

/** The keys of a case. */
export const fuzzCaseShape = {
  case: text('The identity of the case: seed, world and case.'),
  profile: text('The kernel that was asked.'),
  agree: boolean('All implementations say the same.'),
  answers,
  cases: integerOrNull('Cases of a campaign that were answered like this; null where one case was asked for.'),
  repeatable: documented(z.nullable(z.boolean()), {
    description: 'Asked again, they disagree again; null where they agree.',
  }),
  needs_history: documented(z.nullable(z.boolean()), {
    description: 'It shows only in an instance that held other worlds before; null where they agree.',
  }),
  shrunk: documented(z.nullable(answers), {
    description: 'What each says to the shrunk scenario; null where it was not shrunk.',
  }),
  scenario: text('The case as a scenario file, shrunk where it can be.'),
  caveats: texts('What the scenario does not show.'),
};

/** `bpftoken fuzz --case ID --json` */
export const fuzzCaseSchema = output('fuzz-case', 'One case again: bpftoken fuzz --case ID --json.', fuzzCaseShape);

export type FuzzCaseJson = JsonOf<typeof fuzzCaseSchema>;
export type FindingJson = Omit<FuzzCaseJson, 'schema'>;
export type FuzzAnswerJson = JsonOf<typeof answer>;
export type AnswersJson = JsonOf<typeof answers>;
