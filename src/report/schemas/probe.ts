import * as z from 'zod/mini';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { replayShape } from './replay.js';
import { boolean, type JsonOf, text, texts } from './values.js';

/** `bpftoken probe --json` */
export const probeSchema = output('probe', 'The running kernel against the model: bpftoken probe --json.', {
  kernel: text('The release of the running kernel.'),
  profile: text('The kernel it was compared with.'),
  is_other_profile: boolean("This is not the running kernel's own."),
  vocabulary: documented(
    z.strictObject({
      added: texts('Names that it has besides those of the profile.'),
      missing: texts('Names of the profile that it does not have.'),
    }),
    { description: 'How its commands and types differ.' },
  ),
  notes: texts('What the recorder says.'),
  ...replayShape,
});

export type ProbeJson = JsonOf<typeof probeSchema>;
