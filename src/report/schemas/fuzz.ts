import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { fuzzCaseShape } from './fuzz_case.js';
import { output } from './output.js';
import {
  anyName,
  boolean,
  countsBy,
  dispositionSchema,
  integer,
  type JsonOf,
  measured,
  reasonSchema,
  texts,
} from './values.js';

/** `bpftoken fuzz --json` */
export const fuzzSchema = output('fuzz', 'What a campaign compared: bpftoken fuzz --json.', {
  seed: integer('Which campaign.'),
  cases: integer('Cases that were compared.'),
  worlds: integer('Worlds they were asked of.'),
  elapsed_ms: measured('How long it took, in milliseconds.'),
  cases_per_second: measured('Cases a second.'),
  workers: integer('Threads.'),
  interrupted: boolean('The campaign was interrupted: this is what was compared until then.'),
  profiles: countsBy(anyName, 'Cases by kernel.'),
  outcomes: countsBy(reasonSchema, 'Cases by reason, most first.'),
  tokens: countsBy(dispositionSchema, 'Cases by what became of the token, most first.'),
  outcomes_never_reached: documented(z.array(reasonSchema), { description: 'Reasons that no case has.' }),
  tokens_never_reached: documented(z.array(dispositionSchema), { description: 'What became of no token.' }),
  disagreements: integer('Cases on which the implementations disagree.'),
  worker_crashes: texts('Workers that ended and whose work was done again.'),
  abandoned_shards: texts('What was not compared.'),
  different_findings: integer('Disagreements of different kinds.'),
  findings: documented(z.array(z.strictObject(fuzzCaseShape)), { description: 'The first of these.' }),
});

export type FuzzJson = JsonOf<typeof fuzzSchema>;
