import * as z from 'zod/mini';
import { CAPABILITY_NAMES } from '../../abi/capabilities.js';
import { MASK_NAMES, type MaskName } from '../../kernel/masks.js';
import { SELINUX_CLASSES } from '../../kernel/selinux.js';
import { documented } from '../../scenario/documentation.js';
import { faultSchema, integer, type JsonOf, text, textOrNull, texts } from './values.js';

const capability = documented(z.enum(CAPABILITY_NAMES), { id: 'capability', description: 'The capability.' });
const task = text('The name of the task.');
const token = text('The name of the token.');
const bpffs = text('The name of the bpffs.');
const userns = text('The name of the user namespace.');
const maskValues = Object.fromEntries(
  MASK_NAMES.map((mask) => [mask, textOrNull(`What delegate_${mask} has to have; null: nothing for this request.`)]),
) as Record<MaskName, z.ZodMiniNullable<z.ZodMiniString>>;
const delegate = documented(z.strictObject(maskValues), {
  id: 'delegate',
  description: 'What the request needs of each delegation mask.',
});

const KINDS = {
  delegate: {
    about: 'Add a name to a delegation mask and make the token again.',
    shape: {
      token,
      mask: documented(z.enum(MASK_NAMES), { description: 'The mask: delegate_ and this.' }),
      bit: integer('The bit of the mask.'),
      name: text('The name of the bit.'),
    },
  },
  grant: { about: 'Give a task a capability in its own user namespace.', shape: { task, userns, capability } },
  use_token: { about: 'Pass another token.', shape: { token } },
  other_task: { about: 'Have another task make the call.', shape: { task } },
  no_token: { about: 'Make the call without a token.', shape: {} },
  new_token: {
    about: 'Mount a bpffs for a user namespace, make a token from it and pass that.',
    shape: { userns, delegate },
  },
  lsm_allow_cmd: {
    about: 'Have the LSM allow a command through the token.',
    shape: { token, cmd: text('The bpf() command.') },
  },
  lsm_allow_cap: { about: 'Have the LSM allow a capability through the token.', shape: { token, capability } },
  use_bpffs: { about: 'Make the token from another bpffs.', shape: { bpffs } },
  new_bpffs: {
    about: 'Mount a bpffs from a user namespace and make the token from it.',
    shape: { userns, like: text('The bpffs whose delegation it has, besides this.'), delegate },
  },
  lsm_allow_create: { about: 'Have the LSM allow tokens from a bpffs.', shape: { bpffs } },
  selinux_allow: {
    about: 'Add an allow rule to the policy of SELinux.',
    shape: {
      source: text('The domain that is allowed.'),
      target: text('The domain that it is allowed towards.'),
      class: documented(z.enum(SELINUX_CLASSES), { description: 'The class.' }),
      permission: text('The permission.'),
    },
  },
  attach_type: {
    about: 'Use another attach type.',
    shape: { expected_attach_type: text('The attach type.') },
  },
  insn_cnt: {
    about: 'Load a program of fewer instructions.',
    shape: { insn_cnt: integer('At most this many instructions.') },
  },
  gpl: { about: 'Give the program a licence that is compatible with the GPL.', shape: {} },
  fix_attributes: { about: 'Put right the attributes or descriptors of the call.', shape: { pre: faultSchema } },
} as const;

type Kind = keyof typeof KINDS;

const words = {
  what: text('What to do, in words.'),
  note: textOrNull('Why, or what to mind; null: nothing.'),
  steps: texts('Who has to do what, in order, where several have to.'),
};

function kindSchema<Name extends Kind>(kind: Name) {
  const { about, shape } = KINDS[kind];
  return documented(
    z.strictObject({
      kind: documented(z.literal(kind), { description: 'The kind of remedy.' }),
      ...(shape as (typeof KINDS)[Name]['shape']),
      ...words,
    }),
    { description: about },
  );
}

export const remedy = documented(
  z.discriminatedUnion('kind', [
    kindSchema('delegate'),
    kindSchema('grant'),
    kindSchema('use_token'),
    kindSchema('other_task'),
    kindSchema('no_token'),
    kindSchema('new_token'),
    kindSchema('lsm_allow_cmd'),
    kindSchema('lsm_allow_cap'),
    kindSchema('use_bpffs'),
    kindSchema('new_bpffs'),
    kindSchema('lsm_allow_create'),
    kindSchema('selinux_allow'),
    kindSchema('attach_type'),
    kindSchema('insn_cnt'),
    kindSchema('gpl'),
    kindSchema('fix_attributes'),
  ]),
  { id: 'remedy', description: 'Something to change, in the world or in the request, so that it passes.' },
);

/** The kinds of remedies there are. */
export const REMEDY_KINDS = Object.keys(KINDS) as readonly Kind[];
export type RemedyJson = JsonOf<typeof remedy>;
