import * as z from 'zod/mini';
import { FAMILIES } from '../../conformance/record.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { anyName, countsBy, integer, type JsonOf, text, texts } from './values.js';
import { steps, verdictOfByte } from './verdict.js';

const family = documented(z.enum(FAMILIES), { id: 'family', description: 'What a case asks.' });

const familyCount = z.strictObject({
  cases: integer('Cases of the family.'),
  agreed: integer('Cases that agree.'),
  disagreed: integer('Cases that disagree.'),
  outside: countsBy(anyName, 'Cases outside the model, by the check at which the kernel spoke.'),
});

const disagreement = z.strictObject({
  file: text('The recording.'),
  line: integer('Its line, from 1.', 1),
  case: text('The case.'),
  family,
  kernel: text('The kernel that was recorded.'),
  profile: text('The kernel that was asked.'),
  description: texts('The case in words: namespaces, caller, token and request.'),
  differences: documented(
    z.array(
      z.strictObject({
        what: text('What differs.'),
        kernel: text('What the kernel says.'),
        model: text('What the model says.'),
      }),
    ),
    { description: 'Each result that differs.' },
  ),
  model: documented(z.nullable(verdictOfByte), { description: "The model's verdict; null where it is not one call." }),
  hot_path: documented(
    z.nullable(
      z.strictObject({
        request: documented(verdictOfByte, { description: 'The verdict on the request by itself.' }),
        batch: documented(verdictOfByte, { description: 'The verdict on the request in a batch.' }),
      }),
    ),
    { description: 'What the hot path says; null where it was not asked.' },
  ),
  steps,
});

/** The keys of a comparison with recordings. */
export const replayShape = {
  cases: integer('Cases that were compared.'),
  disagreed: integer('Cases that disagree.'),
  other_readings: integer('Cases that agree in another interpretation of the format.'),
  asked_of_hot_path: integer('Cases that the hot path decided as well.'),
  profiles: countsBy(anyName, 'Cases by the kernel that was asked.'),
  families: documented(z.partialRecord(family, familyCount), { description: 'Cases by what they ask.' }),
  outside: countsBy(anyName, 'Cases outside the model, by the check at which the kernel spoke; most first.'),
  disagreement_kinds: countsBy(anyName, 'Disagreements by what was asked and what each said; most first.'),
  disagreements: documented(z.array(disagreement), { description: 'The first disagreements.' }),
};

/** `bpftoken replay --json` */
export const replaySchema = output('replay', 'Recordings against the model: bpftoken replay --json.', replayShape);

export type ReplayJson = JsonOf<typeof replaySchema>;
export type ComparisonJson = Omit<ReplayJson, 'schema'>;
export type DisagreementJson = ReplayJson['disagreements'][number];
