import * as z from 'zod/mini';
import { CAPABILITY_NAMES } from '../../abi/capabilities.js';
import { TARGET_NAMES } from '../../dialects/write/targets.js';
import { MASK_NAMES } from '../../kernel/masks.js';
import { LOADER_NAMES } from '../../programs/loaders/loader_names.js';
import { documented } from '../../scenario/documentation.js';
import { output } from './output.js';
import { boolean, errnoNameSchema, integer, type JsonOf, text, textOrNull, texts } from './values.js';

const errno = documented(z.nullable(errnoNameSchema), { description: 'What the loader returns; null: no errno.' });

const proof = documented(
  z.strictObject({
    mask: documented(z.nullable(z.enum(MASK_NAMES)), { description: 'The mask of the bit; null: it is a capability.' }),
    name: text('The name of the bit or the capability.'),
    file: text('The file whose object then does not load.'),
    call: textOrNull('The call that ends the load, in words; null: the loader gives up of its own.'),
    purpose: textOrNull('What the loader makes the call for.'),
    errno,
    message: text('What the loader says.'),
  }),
  { description: 'Why one bit or capability is needed: what fails without it.' },
);

const refusal = documented(
  z.strictObject({
    file: text('The file whose object is loaded.'),
    call: text('The call, in words.'),
    purpose: text('What the loader makes it for.'),
    consequence: documented(z.enum(['harmless', 'degrades']), { description: 'What comes of the refusal.' }),
    effect: text('What the loader does then.'),
  }),
  { description: 'A call that stays refused.' },
);

/** `bpftoken suggest --json` */
export const suggestSchema = output('suggest', 'The least delegation that loads objects: bpftoken suggest --json.', {
  profile: text('The kernel.'),
  loader: documented(z.enum(LOADER_NAMES), { description: 'The loader.' }),
  objects: documented(
    z.array(z.strictObject({ file: text('The file.'), offset: integer('Where the object starts in it.') })),
    { description: 'The objects.' },
  ),
  delegate_cmds: texts('Commands to delegate.'),
  delegate_maps: texts('Map types to delegate.'),
  delegate_progs: texts('Program types to delegate.'),
  delegate_attachs: texts('Attach types to delegate.'),
  capabilities: documented(z.array(z.enum(CAPABILITY_NAMES)), {
    description: 'Capabilities of the process, in its own user namespace.',
  }),
  reasons: documented(z.array(proof), { description: 'A reason for each bit and each capability.' }),
  quiet_probes: documented(
    z.nullable(
      z.array(
        z.strictObject({
          mask: documented(z.enum(MASK_NAMES), { description: 'The mask.' }),
          name: text('The name of the bit.'),
          call: text('The probe, in words.'),
          purpose: text('What it is for.'),
        }),
      ),
    ),
    { description: 'Bits that are delegated so that probes pass, and no object needs; null: not asked for.' },
  ),
  has_others: boolean('Another delegation of as few capabilities and bits loads the objects too.'),
  refused: documented(z.array(refusal), { description: 'What stays refused.' }),
  outside: documented(
    z.array(
      z.strictObject({
        file: text('The file.'),
        action: text('The system call.'),
        of: text('The program or map.'),
        decided_by: text('Who decides it.'),
      }),
    ),
    { description: 'What comes after the load, and no token covers.' },
  ),
  written: documented(
    z.nullable(
      z.strictObject({
        target: documented(z.enum(TARGET_NAMES), { description: 'The format.' }),
        text: text('The delegation in this format.'),
      }),
    ),
    { description: 'The delegation in the format that is asked for; null: none is.' },
  ),
});

export type SuggestJson = JsonOf<typeof suggestSchema>;
