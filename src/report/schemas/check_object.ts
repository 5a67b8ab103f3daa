import * as z from 'zod/mini';
import { LOADER_NAMES } from '../../programs/loaders/loader_names.js';
import { documented } from '../../scenario/documentation.js';
import { advice } from './explain.js';
import { output } from './output.js';
import { warnings } from './request.js';
import { boolean, errnoNameSchema, integer, integerOrNull, type JsonOf, text, textOrNull } from './values.js';

const errno = documented(z.nullable(errnoNameSchema), { description: 'What the call returns; null: it succeeds.' });
const indexes = (description: string) => documented(z.array(integer('The index of a call.')), { description });

const call = documented(
  z.strictObject({
    cmd: text('The bpf() command, or open.'),
    of: textOrNull('The map, program or path; null: a probe of the loader.'),
    map_type: textOrNull('The type of the map; null: of another command.'),
    map_flags: integerOrNull('The flags of the map without BPF_F_TOKEN_FD; null: of another command.'),
    prog_type: textOrNull('The type of the program; null: of another command.'),
    expected_attach_type: textOrNull('The attach type of the program; null: of another command.'),
    token: documented(z.nullable(z.enum(['none', 'token', 'descriptor_0'])), {
      description:
        'What the call has for a token: nothing, the token of the loader, or BPF_F_TOKEN_FD with descriptor 0; null: no field for one.',
    }),
    errno,
    purpose: text('What the loader makes the call for.'),
    consequence: documented(z.nullable(z.enum(['harmless', 'degrades', 'fatal'])), {
      description: 'What comes of the refusal; null: none.',
    }),
    effect: textOrNull('What the loader does then; null: nothing was refused.'),
    because: textOrNull('Why it was refused, in words; null: it was not.'),
  }),
  { description: 'A call.' },
);

const failure = documented(
  z.strictObject({
    errno: documented(z.nullable(errnoNameSchema), {
      description: 'What the loader returns; null: an error of its own, with no errno.',
    }),
    message: text('What the loader says.'),
    call: integerOrNull('The index of the call that was refused; null: the loader gave up without one.'),
    because: textOrNull('Why it was refused, in words; null: no call was.'),
    advice: documented(z.nullable(advice), {
      description: 'What would make that call pass; null: no permission decided it.',
    }),
    alternatives: indexes('Calls before, one of which would have been enough.'),
    causes: indexes('Refused calls before, which make this one fail.'),
  }),
  { description: 'The end of a load that fails.' },
);

/** `bpftoken check --object FILE --json` */
export const checkObjectSchema = output('check-object', 'Whether an object loads: bpftoken check --object --json.', {
  profile: text('The kernel that was asked.'),
  object: text('The file of the object.'),
  loader: documented(z.enum(LOADER_NAMES), { description: 'The loader.' }),
  task: text('The task that loads it.'),
  bpffs: textOrNull('The bpffs at /sys/fs/bpf; null: none that belongs to its user namespace.'),
  loaded: boolean('The object is loaded.'),
  calls: documented(z.array(call), { description: 'The calls of the loader, in order.' }),
  failure: documented(z.nullable(failure), { description: 'Why the object is not loaded; null: it is.' }),
  outside: documented(
    z.array(
      documented(
        z.strictObject({
          action: text('The system call.'),
          of: text('The program or map.'),
          decided_by: text('Who decides it, in words.'),
        }),
        { description: 'A system call.' },
      ),
    ),
    { description: 'What an application does with the object afterwards, and no token covers.' },
  ),
  warnings,
});

export type CheckObjectJson = JsonOf<typeof checkObjectSchema>;
