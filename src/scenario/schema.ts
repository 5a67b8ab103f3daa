import { z } from 'zod';
import { CAPABILITY_NAMES } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Disposition, Outcome } from '../abi/verdict.js';
import { NEWEST_PROFILE, PROFILES, type Rules } from '../kernel/profile.js';
import { PRE_NAMES } from '../request/fault_names.js';

// The form of a scenario file: which keys there are and what kind of value each takes. What names mean is decided
// later. Every `error` here is the words for what was expected; for unknown keys it is the known ones, with commas.

/** Largest uid a namespace maps: 2^32-1 means no uid to the kernel. */
export const MAX_UID = 0xffff_fffe;
const MAX_U32 = 0xffff_ffff;

const newest = NEWEST_PROFILE.vocabulary;
/** `a map type`, `an attach type`. */
const article = (what: string) => `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;
const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());
const enumNames = (values: object) => lower(Object.keys(values).filter((key) => !/^\d+$/.test(key)));

/** Lower-case names of why requests are answered as they are, for `expect: {reason: ...}`. */
export const OUTCOME_NAMES: readonly string[] = enumNames(Outcome);
/** Lower-case names of what becomes of tokens, for `expect: {token: ...}`. */
export const DISPOSITION_NAMES: readonly string[] = enumNames(Disposition);
export const ERRNO_NAMES: readonly string[] = Object.keys(ERRNO);

/** `v11, v12, linux-6.9 to linux-7.3`. */
export const PROFILES_IN_BRIEF = ((): string => {
  const releases = PROFILES.filter(({ name }) => name.startsWith('linux-'));
  const designs = PROFILES.filter(({ name }) => !name.startsWith('linux-'));
  return `${designs.map(({ name }) => name).join(', ')}, ${releases[0]?.name} to ${releases.at(-1)?.name}`;
})();

const PROFILE_EXPECTED = `a built-in profile (${PROFILES_IN_BRIEF}) or {extends: linux-6.12, rules: {...}}`;
const PROFILE_WHY = 'a scenario says which kernel answers, as the designs and the releases answer differently';

function strict<Shape extends z.core.$ZodLooseShape>(expected: string, shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : expected) });
}

const text = (expected: string) => z.string({ error: expected });
const uid = (description: string) =>
  z
    .int({ error: `a whole number from 0 to ${MAX_UID}` })
    .min(0, { error: `a whole number from 0 to ${MAX_UID}` })
    .max(MAX_UID, { error: `a whole number from 0 to ${MAX_UID}` })
    .meta({ description });

const NAME_EXPECTED =
  'a letter, a digit or _, then letters, marks, digits and . _ - @ : / +, and not a number (12, 0x1f, 0o17), which stands for an id';
/**
 * Letters, marks and digits of any script, but for those that leave no trace on a screen. What YAML reads as a whole number
 * cannot be referred to by name.
 */
const NAME =
  /^(?!(?:[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+)$)(?![\p{M}.@:/+-])(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_.@:/+-])+$/u;
const name = z
  .string()
  .regex(NAME, { error: NAME_EXPECTED })
  // Two names that look the same would be two names.
  .refine((text) => text === text.normalize('NFC'), { error: 'a name in Unicode normalization form C (NFC)' });
const named = <Value extends z.ZodType>(value: Value, description: string) =>
  z.record(name, value, { error: 'a map from names to what they are' }).nullish().meta({ description });

const reference = (what: string, description: string) => text(`the name of ${what}`).meta({ description });

/** A command or a type: a name in any spelling, or a number. */
const nameOrNumber = (what: string, description: string, examples: readonly string[]) =>
  z
    .union([z.string(), z.number()], { error: `the name or number of ${what}` })
    .meta({ description: `${description} A name in any common spelling, or a number.`, examples: [...examples] });

const names = (what: string, description: string, examples: readonly string[]) =>
  z
    .array(z.string({ error: `the name of ${article(what)}` }).meta({ examples: [...examples] }), {
      error: `a list of names of ${what}s`,
    })
    .meta({ description });

const mask = (what: string, description: string, examples: readonly string[]) =>
  z
    .union([z.string(), z.number(), z.array(z.string({ error: `the name of ${article(what)}` }))], {
      error: `a list of names of ${what}s, or the mount option's value: names and numbers joined by ":", or "any"`,
    })
    .meta({
      description:
        `${description} A list of names in any spelling, or the value of the mount option as the kernel reads it: ` +
        'names and numbers joined by ":", or "any". At most 64 bits.',
      examples: ['any', [...examples.slice(0, 3)], examples.slice(0, 2).join(':'), '0x3'],
    });

const CMD_EXAMPLES = ['map_create', 'prog_load', 'btf_load'];
const MAP_EXAMPLES = newest.names('map_types').slice(1);
const PROG_EXAMPLES = newest.names('prog_types').slice(1);
const ATTACH_EXAMPLES = newest.names('attach_types');

/** What each rule's `true` means. */
const RULE_DESCRIPTIONS: Readonly<Record<keyof Rules, string>> = {
  token_needs_own_userns:
    "A token counts only for callers in exactly the token's user namespace; other callers are decided as without a token.",
  token_falls_back_to_init:
    "Where a token counts, a capability missing in the token's user namespace is asked in the initial one too.",
  token_create_in_init_userns: 'BPF_TOKEN_CREATE works in the initial user namespace (else EOPNOTSUPP).',
  token_create_without_delegation: 'BPF_TOKEN_CREATE works on a bpffs that delegates nothing (else ENOENT).',
  token_fd_needs_flag: 'A token descriptor is read only with BPF_F_TOKEN_FD (else whenever the field is not 0).',
  btf_get_fd_by_id_takes_token: 'BPF_BTF_GET_FD_BY_ID reads a token (else EINVAL).',
  delegate_names: 'Mask options are lists of names, numbers and `any` (else one number or `any`).',
  bpffs_uid_gid: 'bpffs takes the uid= and gid= options (else they are ignored).',
  token_info: 'BPF_OBJ_GET_INFO_BY_FD answers for a token (else EINVAL).',
  map_file_flags_checked_late: 'BPF_MAP_CREATE looks at contradicting file flags after permission (else before).',
  token_narrowing: 'EXTENSION, in no kernel: a token can be narrowed when it is made.',
};

const rules = strict(
  'a map from rules to true or false',
  Object.fromEntries(
    Object.entries(RULE_DESCRIPTIONS).map(([rule, description]) => [
      rule,
      z.boolean({ error: 'true or false' }).optional().meta({ description }),
    ]),
  ) as Record<keyof Rules, z.ZodOptional<z.ZodBoolean>>,
);

const profile = z
  .union(
    [
      z.string().meta({ examples: PROFILES.map((known) => known.name) }),
      strict(PROFILE_EXPECTED, {
        extends: text(`a built-in profile: ${PROFILES_IN_BRIEF}`).meta({
          description: 'The built-in profile to start from.',
          examples: PROFILES.map((known) => known.name),
        }),
        name: name.optional().meta({ description: 'What verdicts call this kernel. Default: the base with -custom.' }),
        description: text('text').optional().meta({ description: 'One line for tables of profiles.' }),
        rules: rules.optional().meta({ description: 'Rules to switch; the rest stays as in the base.' }),
      }),
    ],
    { error: ({ input }) => (input === undefined ? `${PROFILE_EXPECTED}; ${PROFILE_WHY}` : PROFILE_EXPECTED) },
  )
  .meta({
    description:
      `Which kernel answers: ${PROFILES_IN_BRIEF}, or your own that extends one. ` +
      'Required: the designs and the releases answer differently.',
  });

const sysctl = z
  .union([z.literal(0), z.literal(1), z.literal(2)], { error: '0, 1 or 2' })
  .optional()
  .meta({ description: '/proc/sys/kernel/unprivileged_bpf_disabled: 0 enabled, 1 or 2 disabled. Default: 2.' });

const userns = strict('a user namespace, as in {parent: init, owner: 1000}', {
  parent: reference('a user namespace', 'The user namespace it was made in. Default: init.').optional(),
  owner: uid(
    'Global uid of the task that made it, which from the parent has every capability in it. Default: 0.',
  ).optional(),
});

const bpffs = strict('a bpffs instance, as in {userns: container, delegate_cmds: any}', {
  userns: reference('a user namespace', 'The user namespace it belongs to. Default: init.').optional(),
  uid: uid('Global uid that owns its root. Default: 0.').optional(),
  gid: uid('Global gid of its root. Default: 0.').optional(),
  mode: z
    .union([z.string(), z.number()], { error: 'octal digits, as in "0755"' })
    .optional()
    .meta({ description: 'Permission bits in octal, as mount(8) reads them: 0755, "755" or 0o755. Default: 0777.' }),
  delegate_cmds: mask('command', 'bpf() commands its tokens allow.', CMD_EXAMPLES).optional(),
  delegate_maps: mask('map type', 'Map types its tokens allow.', MAP_EXAMPLES).optional(),
  delegate_progs: mask('program type', 'Program types its tokens allow.', PROG_EXAMPLES).optional(),
  delegate_attachs: mask('attach type', 'Attach types its tokens allow.', ATTACH_EXAMPLES).optional(),
  lsm: strict('what an LSM denies here, as in {deny_token_create: EACCES}', {
    deny_token_create: text('the name of an errno, as in EACCES')
      .optional()
      .meta({ description: 'The errno an LSM answers BPF_TOKEN_CREATE with here.', examples: ['EACCES', 'EPERM'] }),
  })
    .optional()
    .meta({ description: 'What security modules deny here.' }),
});

const task = strict('a task, as in {userns: container, euid: 1000, caps: [CAP_BPF]}', {
  userns: reference('a user namespace', 'The user namespace it runs in. Default: init.').optional(),
  euid: uid('Effective uid, global: as the initial user namespace numbers it. Default: 0.').optional(),
  caps: z
    .union(
      [
        z.string().meta({ examples: ['all', 'none'] }),
        z.array(
          z
            .union([z.string(), z.number()], { error: 'the name or number of a capability' })
            .meta({ examples: ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_SYS_ADMIN'] }),
        ),
      ],
      { error: 'a list of capabilities, `all` or `none`' },
    )
    .optional()
    .meta({ description: 'Effective capabilities in its own user namespace: a list, `all` or `none`. Default: none.' }),
});

const narrow = strict('masks to keep, as in {cmds: [map_create]}', {
  cmds: mask('command', 'Commands the token keeps.', CMD_EXAMPLES).optional(),
  maps: mask('map type', 'Map types the token keeps.', MAP_EXAMPLES).optional(),
  progs: mask('program type', 'Program types the token keeps.', PROG_EXAMPLES).optional(),
  attachs: mask('attach type', 'Attach types the token keeps.', ATTACH_EXAMPLES).optional(),
});

const token = strict('a token, as in {bpffs: agent-fs}', {
  bpffs: reference('a bpffs', 'The bpffs it is made from; it copies the four masks.'),
  creator: reference(
    'a task',
    "The task that makes it. Default: a root of the bpffs's user namespace with every capability.",
  ).optional(),
  narrow: narrow.optional().meta({
    description: 'EXTENSION, in no kernel (rule token_narrowing): the token keeps only these bits of what it copies.',
  }),
  lsm: strict('what an LSM denies of this token, as in {deny_cmds: [prog_load]}', {
    deny_cmds: names(
      'command',
      'Commands the bpf_token_cmd hook refuses: the token is dropped.',
      CMD_EXAMPLES,
    ).optional(),
    deny_caps: names('capability', 'Capabilities the bpf_token_capable hook refuses: EPERM for good.', [
      ...CAPABILITY_NAMES.filter((cap) => /BPF|NET_ADMIN|PERFMON|SYS_ADMIN/.test(cap)),
    ]).optional(),
  })
    .optional()
    .meta({ description: 'What security modules deny of this token.' }),
});

const verdict = text('`allowed` or the name of an errno').meta({
  description: '`allowed`, or the errno. A request that the descriptor decides counts as allowed.',
  examples: ['allowed', 'EPERM', 'EINVAL', 'E2BIG', 'EBADF', 'ENOENT', 'EOPNOTSUPP'],
});

const request = strict('a request, as in {task: agent, cmd: map_create, map_type: array}', {
  name: text('text').optional().meta({ description: 'What it shows, for reports.' }),
  task: reference('a task', 'The task that calls bpf().'),
  token: reference(
    'a token',
    'The token whose descriptor it passes. For prog_attach and link_create: the one the program was loaded with.',
  ).optional(),
  cmd: nameOrNumber('a command', 'The bpf() command.', newest.names('cmds')),
  map_type: nameOrNumber('a map type', 'For map_create.', MAP_EXAMPLES).optional(),
  prog_type: nameOrNumber('a program type', 'For prog_load, prog_attach and link_create.', PROG_EXAMPLES).optional(),
  expected_attach_type: nameOrNumber(
    'an attach type',
    'For prog_load; for prog_attach and link_create the attach type. Default: 0, which is cgroup_inet_ingress.',
    ATTACH_EXAMPLES,
  ).optional(),
  insn_cnt: z
    .int({ error: `a whole number from 0 to ${MAX_U32}` })
    .min(0, { error: `a whole number from 0 to ${MAX_U32}` })
    .max(MAX_U32, { error: `a whole number from 0 to ${MAX_U32}` })
    .optional()
    .meta({ description: 'For prog_load: number of instructions. Default: 1.' }),
  bpffs: reference('a bpffs', 'For token_create, and required there: the bpffs whose root it is given.').optional(),
  pre: text(oneOfText(PRE_NAMES))
    .optional()
    .meta({ description: 'A fault of the attributes or descriptors the call is made with.', examples: [...PRE_NAMES] }),
  expect: z
    .union(
      [
        verdict,
        strict('{verdict: EPERM, reason: cap_bpf_missing, token: used}', {
          verdict,
          reason: text('the name of a reason')
            .optional()
            .meta({ description: 'Why.', examples: [...OUTCOME_NAMES] }),
          token: text('what becomes of the token')
            .optional()
            .meta({ description: 'What becomes of the token.', examples: [...DISPOSITION_NAMES] }),
        }),
      ],
      { error: '`allowed`, the name of an errno, or {verdict: EPERM, reason: cap_bpf_missing, token: used}' },
    )
    .optional()
    .meta({ description: 'What the answer must be: checked, and a difference is reported.' }),
});

/** The form of a scenario file. */
export const scenarioSchema = strict('a map with profile, userns, bpffs, tasks, tokens and requests', {
  profile,
  unprivileged_bpf_disabled: sysctl,
  userns: named(userns.nullable(), 'User namespaces by name; `init` is always there.'),
  bpffs: named(bpffs.nullable(), 'Mounted bpffs instances by name.'),
  tasks: named(task.nullable(), 'Tasks by name.'),
  tokens: named(token, 'Tokens by name.'),
  requests: z.array(request, { error: 'a list of requests' }).nullish().meta({
    description: 'bpf() calls to answer, in order. Each stands for itself: none changes what later ones see.',
  }),
});

/** A scenario file's data, once its form is known to be right. */
export type ScenarioFile = z.infer<typeof scenarioSchema>;
export type ProfileEntry = ScenarioFile['profile'];
export type BpffsEntry = z.infer<typeof bpffs>;
export type TokenEntry = z.infer<typeof token>;
export type TaskEntry = z.infer<typeof task>;
export type RequestEntry = z.infer<typeof request>;
export type ExpectEntry = NonNullable<RequestEntry['expect']>;
/** A mask as written: a list of names, or the kernel's own option value. */
export type MaskEntry = string | number | string[];

/** The JSON Schema of a scenario file, for editors. */
export function scenarioJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(scenarioSchema, { io: 'input' });
  return {
    $schema,
    title: 'bpf-token-sim scenario',
    description: 'User namespaces, bpffs instances, tasks, BPF tokens, and bpf() requests with their expected answers.',
    ...rest,
  };
}

function oneOfText(known: readonly string[]): string {
  return `one of ${known.join(', ')}`;
}
