import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { fuzzCaseShape } from './fuzz_case.js';
import { output } from './output.js';
import { anyName, countsBy, disposition, flag, type JsonOf, measured, reason, texts, wholeNumber } from './values.js';

/** `bpftoken fuzz --json` */
export const fuzzSchema = output('fuzz', 'What a campaign compared: bpftoken fuzz --json.', {
  seed: wholeNumber('Which campaign.'),
  cases: wholeNumber('Cases that were compared.'),
  worlds: wholeNumber('Worlds they were asked of.'),
  elapsed_ms: measured('How long it took, in milliseconds.'),
  cases_per_second: measured('Cases a second.'),
  workers: wholeNumber('Threads.'),
  interrupted: flag('The campaign was interrupted: this is what was compared until then.'),
  profiles: countsBy(anyName, 'Cases by kernel.'),
  outcomes: countsBy(reason, 'Cases by reason, most first.'),
  tokens: countsBy(disposition, 'Cases by what became of the token, most first.'),
  outcomes_never_reached: documented(z.array(reason), { description: 'Reasons that no case has.' }),
  tokens_never_reached: documented(z.array(disposition), { description: 'What became of no token.' }),
  disagreements: wholeNumber('Cases on which the implementations disagree.'),
  worker_crashes: texts('Workers that ended and whose work was done again.'),
  abandoned_shards: texts('What was not compared.'),
  different_findings: wholeNumber('Disagreements of different kinds.'),
  findings: documented(z.array(z.strictObject(fuzzCaseShape)), { description: 'The first of these.' }),
});

export type FuzzJson = JsonOf<typeof fuzzSchema>;
