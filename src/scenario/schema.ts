import * as z from 'zod/mini';
import { CAPABILITY_NAMES } from '../abi/capabilities.js';
import { NEWEST_PROFILE, PROFILES, PROFILES_IN_BRIEF, type Rules } from '../kernel/profile.js';
import { MAX_UID } from '../kernel/ranges.js';
import { DISPOSITION_NAMES, OUTCOME_NAMES } from '../kernel/verdict.js';
import { LIBERTY_NAMES } from '../kernel/verifier/liberties.js';
import { PRE_NAMES } from '../request/fault_names.js';
import { documented } from './documentation.js';

// The form of a scenario file: which keys there are and what kind of value each takes. What names mean is decided
// later. Every `error` here is the words for what was expected; for unknown keys it is the known ones, with commas.

const MAX_U32 = 0xffff_ffff;

/** `a map type`, `an attach type`. */
const article = (what: string) => `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`;

const PROFILE_EXPECTED = `a built-in profile (${PROFILES_IN_BRIEF}) or {extends: linux-6.12, rules: {...}}`;
const PROFILE_WHY = 'a scenario says which kernel answers, as the designs and the releases answer differently';

function strict<Shape extends z.core.$ZodLooseShape>(expected: string, shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : expected) });
}

const text = (expected: string) => z.string({ error: expected });
/** A whole number from 0 to `most`. */
const wholeNumber = (most: number) => {
  const error = `a whole number from 0 to ${most}`;
  return z.int({ error }).check(z.minimum(0, { error }), z.maximum(most, { error }));
};
const uid = (description: string) => documented(z.optional(wholeNumber(MAX_UID)), { description });

const NAME_EXPECTED =
  'a letter, a digit or _, then letters, marks, digits and . _ - @ : / +, and not a number (12, 0x1f, 0o17), which stands for an id';
/**
 * Letters, marks and digits of any script, but for those that leave no trace on a screen. What YAML reads as a whole number
 * cannot be referred to by name.
 */
const NAME =
  /^(?!(?:[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+)$)(?![\p{M}.@:/+-])(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{Nd}_.@:/+-])+$/u;
const name = z.string().check(
  z.regex(NAME, { error: NAME_EXPECTED }),
  // Two names that look the same would be two names.
  z.refine((text) => text === text.normalize('NFC'), { error: 'a name in Unicode normalization form C (NFC)' }),
);
const named = <Value extends z.core.$ZodType>(value: Value, description: string) =>
  documented(z.nullish(z.record(name, value, { error: 'a map from names to what they are' })), { description });

const reference = (what: string, description: string) => documented(text(`the name of ${what}`), { description });

/** Called when the JSON Schema is written: who reads a scenario does not need the names of the newest release for it. */
type Examples = () => readonly string[];

/** A command or a type: a name in any spelling, or a number. */
const nameOrNumber = (what: string, description: string, examples: Examples) =>
  documented(z.union([z.string(), z.number()], { error: `the name or number of ${what}` }), {
    description: `${description} A name in any common spelling, or a number.`,
    get examples() {
      return examples();
    },
  });

const names = (what: string, description: string, examples: Examples) =>
  documented(
    z.array(
      documented(z.string({ error: `the name of ${article(what)}` }), {
        get examples() {
          return examples();
        },
      }),
      { error: `a list of names of ${what}s` },
    ),
    { description },
  );

const mask = (what: string, description: string, examples: Examples) =>
  documented(
    z.union([z.string(), z.number(), z.array(z.string({ error: `the name of ${article(what)}` }))], {
      error: `a list of names of ${what}s, or the mount option's value: names and numbers joined by ":", or "any"`,
    }),
    {
      description:
        `${description} A list of names in any spelling, or the value of the mount option as the kernel reads it: ` +
        'names and numbers joined by ":", or "any". At most 64 bits.',
      get examples() {
        const all = examples();
        return ['any', all.slice(0, 3), all.slice(0, 2).join(':'), '0x3'];
      },
    },
  );

const newest = NEWEST_PROFILE.vocabulary;
const CMD_EXAMPLES: Examples = () => ['map_create', 'prog_load', 'btf_load'];
const CAP_EXAMPLES: Examples = () => CAPABILITY_NAMES.filter((cap) => /BPF|NET_ADMIN|PERFMON|SYS_ADMIN/.test(cap));
const MAP_EXAMPLES: Examples = () => newest.names('map_types').slice(1);
const PROG_EXAMPLES: Examples = () => newest.names('prog_types').slice(1);
const ATTACH_EXAMPLES: Examples = () => newest.names('attach_types');

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
  selinux_token_hooks: 'SELinux checks tokens, and asks for maps and programs through them (else of the caller alone).',
  selinux_prog_load_by_token:
    "Where a token counts, SELinux asks prog_load of the domain that created the token's bpffs (else of the caller).",
  token_narrowing: 'EXTENSION, in no kernel: a token can be narrowed when it is made.',
};

const rules = strict(
  'a map from rules to true or false',
  Object.fromEntries(
    Object.entries(RULE_DESCRIPTIONS).map(([rule, description]) => [
      rule,
      documented(z.optional(z.boolean({ error: 'true or false' })), { description }),
    ]),
  ) as Record<keyof Rules, z.ZodMiniOptional<z.ZodMiniBoolean>>,
);

const profile = documented(
  z.union(
    [
      documented(z.string(), { examples: PROFILES.map((known) => known.name) }),
      strict(PROFILE_EXPECTED, {
        extends: documented(text(`a built-in profile: ${PROFILES_IN_BRIEF}`), {
          description: 'The built-in profile to start from.',
          examples: PROFILES.map((known) => known.name),
        }),
        name: documented(z.optional(name), {
          description: 'What verdicts call this kernel. Default: the base with -custom.',
        }),
        description: documented(z.optional(text('text')), { description: 'One line for tables of profiles.' }),
        rules: documented(z.optional(rules), { description: 'Rules to switch; the rest stays as in the base.' }),
      }),
    ],
    { error: ({ input }) => (input === undefined ? `${PROFILE_EXPECTED}; ${PROFILE_WHY}` : PROFILE_EXPECTED) },
  ),
  {
    description:
      `Which kernel answers: ${PROFILES_IN_BRIEF}, or your own that extends one. ` +
      'Required: the designs and the releases answer differently.',
  },
);

const sysctl = documented(z.optional(z.union([z.literal(0), z.literal(1), z.literal(2)], { error: '0, 1 or 2' })), {
  description: '/proc/sys/kernel/unprivileged_bpf_disabled: 0 enabled, 1 or 2 disabled. Default: 2.',
});

const from = (description: string) =>
  documented(
    z.optional(
      z.union(
        [
          documented(z.string(), { examples: ['web.service', 'instance.yaml', 'mountinfo.txt'] }),
          strict('a file and the name of a delegation in it, as in {file: mountinfo.txt, name: /sys/fs/bpf}', {
            file: documented(text('the path of a file'), { description: 'Relative to the folder of the scenario.' }),
            name: documented(z.optional(text('the name of a delegation')), {
              description: 'The delegation, where the file describes several: a unit, an instance, a mount point.',
            }),
          }),
        ],
        { error: 'the path of a file of another tool, or {file: mountinfo.txt, name: /sys/fs/bpf}' },
      ),
    ),
    { description },
  );

const domain = (description: string) =>
  documented(z.optional(text('the name of a domain')), {
    description: `${description} Default: unconfined_t, which SELinux allows everything.`,
    examples: ['agent_t', 'manager_t'],
  });

const selinux = strict('SELinux and its policy, as in {bpf_token_perms: true, rules: [...]}', {
  bpf_token_perms: documented(z.boolean({ error: 'true or false' }), {
    description: 'Whether the policy has the capability bpf_token_perms; kernels before 7.0 do not know it.',
  }),
  rules: documented(
    z.optional(z.array(text('an allow rule of a policy'), { error: 'a list of allow rules of a policy' })),
    {
      description:
        'Allow rules in the language of policies, of the classes bpf, capability, capability2, cap_userns and cap2_userns.',
      examples: [
        ['allow agent_t manager_t:bpf { map_create_as prog_load_as };', 'allow agent_t self:cap2_userns bpf;'],
      ],
    },
  ),
});

const lsm = strict('the security modules that are active, as in {selinux: {bpf_token_perms: true, rules: [...]}}', {
  selinux: documented(z.optional(selinux), { description: 'SELinux, enforcing.' }),
});

const userns = strict('a user namespace, as in {parent: init, owner: 1000}', {
  parent: z.optional(reference('a user namespace', 'The user namespace it was made in. Default: init.')),
  owner: uid('Global uid of the task that made it, which from the parent has every capability in it. Default: 0.'),
});

const bpffs = strict('a bpffs instance, as in {userns: container, delegate_cmds: any}', {
  from: from(
    'A file of another tool (a unit, container configuration, a mount table, fdinfo) that says what it delegates, and uid, gid ' +
      'and mode. Keys that stand beside it win.',
  ),
  userns: z.optional(reference('a user namespace', 'The user namespace it belongs to. Default: init.')),
  uid: uid('Global uid that owns its root. Default: 0.'),
  gid: uid('Global gid of its root. Default: 0.'),
  domain: domain('The domain that creates the instance (FSCONFIG_CMD_CREATE), where SELinux is active.'),
  mode: documented(z.optional(z.union([z.string(), z.number()], { error: 'octal digits, as in "0755"' })), {
    description: 'Permission bits in octal, as mount(8) reads them: 0755, "755" or 0o755. Default: 0777.',
  }),
  delegate_cmds: z.optional(mask('command', 'bpf() commands its tokens allow.', CMD_EXAMPLES)),
  delegate_maps: z.optional(mask('map type', 'Map types its tokens allow.', MAP_EXAMPLES)),
  delegate_progs: z.optional(mask('program type', 'Program types its tokens allow.', PROG_EXAMPLES)),
  delegate_attachs: z.optional(mask('attach type', 'Attach types its tokens allow.', ATTACH_EXAMPLES)),
  lsm: documented(
    z.optional(
      strict('what an LSM denies here, as in {deny_token_create: EACCES}', {
        deny_token_create: documented(z.optional(text('the name of an errno, as in EACCES')), {
          description: 'The errno an LSM answers BPF_TOKEN_CREATE with here.',
          examples: ['EACCES', 'EPERM'],
        }),
      }),
    ),
    { description: 'What security modules deny here.' },
  ),
});

const task = strict('a task, as in {userns: container, euid: 1000, caps: [CAP_BPF]}', {
  from: from(
    'A file of another tool that says as which user, with which capabilities, a process of it runs. Keys that stand beside it win.',
  ),
  userns: z.optional(reference('a user namespace', 'The user namespace it runs in. Default: init.')),
  euid: uid('Effective uid, global: as the initial user namespace numbers it. Default: 0.'),
  domain: domain('Its domain, where SELinux is active.'),
  caps: documented(
    z.optional(
      z.union(
        [
          documented(z.string(), { examples: ['all', 'none'] }),
          z.array(
            documented(z.union([z.string(), z.number()], { error: 'the name or number of a capability' }), {
              examples: ['CAP_BPF', 'CAP_NET_ADMIN', 'CAP_PERFMON', 'CAP_SYS_ADMIN'],
            }),
          ),
        ],
        { error: 'a list of capabilities, `all` or `none`' },
      ),
    ),
    { description: 'Effective capabilities in its own user namespace: a list, `all` or `none`. Default: none.' },
  ),
});

const narrow = strict('masks to keep, as in {cmds: [map_create]}', {
  cmds: z.optional(mask('command', 'Commands the token keeps.', CMD_EXAMPLES)),
  maps: z.optional(mask('map type', 'Map types the token keeps.', MAP_EXAMPLES)),
  progs: z.optional(mask('program type', 'Program types the token keeps.', PROG_EXAMPLES)),
  attachs: z.optional(mask('attach type', 'Attach types the token keeps.', ATTACH_EXAMPLES)),
});

const token = strict('a token, as in {bpffs: agent-fs}', {
  bpffs: reference('a bpffs', 'The bpffs it is made from; it copies the four masks.'),
  creator: z.optional(
    reference('a task', "The task that makes it. Default: a root of the bpffs's user namespace with every capability."),
  ),
  narrow: documented(z.optional(narrow), {
    description: 'EXTENSION, in no kernel (rule token_narrowing): the token keeps only these bits of what it copies.',
  }),
  lsm: documented(
    z.optional(
      strict('what an LSM denies of this token, as in {deny_cmds: [prog_load]}', {
        deny_cmds: z.optional(
          names('command', 'Commands the bpf_token_cmd hook refuses: the token is dropped.', CMD_EXAMPLES),
        ),
        deny_caps: z.optional(
          names('capability', 'Capabilities the bpf_token_capable hook refuses: EPERM for good.', CAP_EXAMPLES),
        ),
      }),
    ),
    { description: 'What security modules deny of this token.' },
  ),
});

const helpers = documented(
  z.optional(
    z.array(z.union([z.string(), z.number()], { error: 'the name or number of a helper' }), {
      error: 'a list of helpers, as in [probe_read_kernel]',
    }),
  ),
  {
    description: 'Helpers that the program calls: names as in enum bpf_func_id, with or without bpf_, or numbers.',
    examples: [['probe_read_kernel', 'ringbuf_output']],
  },
);
const liberties = documented(
  z.optional(z.array(text('the name of a liberty'), { error: 'a list of liberties, as in [pointer_leaks]' })),
  {
    description: 'What the program takes of the verifier.',
    examples: [['pointer_leaks', 'loops'], [...LIBERTY_NAMES]],
  },
);

const program = strict('a program, as in {prog_type: kprobe, helpers: [probe_read_kernel]}', {
  prog_type: nameOrNumber('a program type', 'Its type.', PROG_EXAMPLES),
  expected_attach_type: z.optional(
    nameOrNumber(
      'an attach type',
      'What its loader sends; of struct_ops the index of the member. Default: 0, which is cgroup_inet_ingress.',
      ATTACH_EXAMPLES,
    ),
  ),
  target: documented(z.optional(text('text')), {
    description:
      'What it attaches to, where the helpers depend on that: a function, a tracepoint, a hook, a member of struct_ops as ' +
      'OPS.MEMBER, of ext the type of the program.',
    examples: ['bpf_lsm_socket_bind', 'tcp_congestion_ops.cong_avoid'],
  }),
  gpl: documented(z.optional(z.boolean({ error: 'true or false' })), {
    description: 'Its licence is compatible with the GPL. Default: true.',
  }),
  sleepable: documented(z.optional(z.boolean({ error: 'true or false' })), {
    description: 'It is loaded with BPF_F_SLEEPABLE. Default: false.',
  }),
  helpers,
  liberties,
});

const verdict = documented(text('`allowed` or the name of an errno'), {
  description: '`allowed`, or the errno. A request that the descriptor decides counts as allowed.',
  examples: ['allowed', 'EPERM', 'EINVAL', 'E2BIG', 'EBADF', 'ENOENT', 'EOPNOTSUPP'],
});

const request = strict('a request, as in {task: agent, cmd: map_create, map_type: array}', {
  name: documented(z.optional(text('text')), { description: 'What it shows, for reports.' }),
  task: reference('a task', 'The task that calls bpf().'),
  token: z.optional(
    reference(
      'a token',
      'The token whose descriptor it passes. For prog_attach and link_create: the one the program was loaded with.',
    ),
  ),
  cmd: nameOrNumber('a command', 'The bpf() command.', () => newest.names('cmds')),
  map_type: z.optional(nameOrNumber('a map type', 'For map_create.', MAP_EXAMPLES)),
  prog_type: z.optional(nameOrNumber('a program type', 'For prog_load, prog_attach and link_create.', PROG_EXAMPLES)),
  expected_attach_type: z.optional(
    nameOrNumber(
      'an attach type',
      'For prog_load; for prog_attach and link_create the attach type. Default: 0, which is cgroup_inet_ingress.',
      ATTACH_EXAMPLES,
    ),
  ),
  insn_cnt: documented(z.optional(wholeNumber(MAX_U32)), {
    description: 'For prog_load: number of instructions. Default: 1.',
  }),
  program: z.optional(
    reference(
      'a program',
      'For prog_load: a program of `programs`, which says prog_type and expected_attach_type, and what it needs of the verifier.',
    ),
  ),
  helpers,
  liberties,
  bpffs: z.optional(reference('a bpffs', 'For token_create, and required there: the bpffs whose root it is given.')),
  pre: documented(z.optional(text(oneOfText(PRE_NAMES))), {
    description: 'A fault of the attributes or descriptors the call is made with.',
    examples: [...PRE_NAMES],
  }),
  expect: documented(
    z.optional(
      z.union(
        [
          verdict,
          strict('{verdict: EPERM, reason: cap_bpf_missing, token: used}', {
            verdict,
            reason: documented(z.optional(text('the name of a reason')), {
              description: 'Why.',
              examples: [...OUTCOME_NAMES],
            }),
            token: documented(z.optional(text('what becomes of the token')), {
              description: 'What becomes of the token.',
              examples: [...DISPOSITION_NAMES],
            }),
          }),
        ],
        { error: '`allowed`, the name of an errno, or {verdict: EPERM, reason: cap_bpf_missing, token: used}' },
      ),
    ),
    { description: 'What the answer must be: checked, and a difference is reported.' },
  ),
});

const pattern = (description: string) =>
  documented(z.optional(text("a pattern of requests, as in 'task=agent prog_load prog_type=xdp'")), {
    description: `${description} A pattern of requests (docs/policy.md).`,
    examples: ['task=agent prog_load prog_type=xdp', 'map_create token!=none'],
  });
const patterns = (description: string) =>
  documented(z.optional(z.array(text('a pattern of requests'), { error: 'a list of patterns of requests' })), {
    description,
  });

const assertion = strict("an assertion, as in {never: 'task=ci prog_load prog_type=kprobe'}", {
  name: documented(z.optional(text('text')), { description: 'What it shows, for reports.' }),
  never: pattern('No request of it is allowed.'),
  always: pattern('Every request of it is allowed.'),
  who_can: pattern('The tasks that may make some request of it are those of `tasks`, and no others.'),
  tasks: documented(z.optional(z.array(text('the name of a task'), { error: 'a list of names of tasks' })), {
    description: 'For who_can: exactly these tasks.',
  }),
  what_can: pattern('The requests of it that are allowed are those of `exactly`, or at most those of `at_most`.'),
  exactly: patterns('For what_can: patterns; what one of them means is allowed, and nothing else.'),
  at_most: patterns('For what_can: patterns; nothing is allowed that none of them means.'),
});

/** The form of a scenario file. */
export const scenarioSchema = strict(
  'a map with profile, lsm, userns, bpffs, tasks, tokens, programs, requests and assertions',
  {
    profile,
    unprivileged_bpf_disabled: sysctl,
    mitigations: documented(z.optional(z.boolean({ error: 'true or false' })), {
      description: 'The kernel was booted with mitigations of Spectre: programs then need more. Default: true.',
    }),
    lsm: documented(z.nullish(lsm), { description: 'Security modules that are active. Default: none.' }),
    userns: named(z.nullable(userns), 'User namespaces by name; `init` is always there.'),
    bpffs: named(z.nullable(bpffs), 'Mounted bpffs instances by name.'),
    tasks: named(z.nullable(task), 'Tasks by name.'),
    tokens: named(token, 'Tokens by name.'),
    programs: named(program, 'Programs by name, that requests load.'),
    requests: documented(z.nullish(z.array(request, { error: 'a list of requests' })), {
      description: 'bpf() calls to answer, in order. Each stands for itself: none changes what later ones see.',
    }),
    assertions: documented(z.nullish(z.array(assertion, { error: 'a list of assertions' })), {
      description: 'What holds of all requests there are: `bpftoken test` asks every one.',
    }),
  },
);

/** Its keys. */
export const SCENARIO_KEYS: ReadonlySet<string> = new Set(Object.keys(scenarioSchema.shape));

/** A scenario file's data, once its form is known to be right. */
export type ScenarioFile = z.infer<typeof scenarioSchema>;
export type ProfileEntry = ScenarioFile['profile'];
export type BpffsEntry = z.infer<typeof bpffs>;
export type TokenEntry = z.infer<typeof token>;
export type FromEntry = NonNullable<BpffsEntry['from']>;
export type TaskEntry = z.infer<typeof task>;
export type ProgramEntry = z.infer<typeof program>;
export type RequestEntry = z.infer<typeof request>;
export type AssertionEntry = z.infer<typeof assertion>;
export type ExpectEntry = NonNullable<RequestEntry['expect']>;
/** A mask as written: a list of names, or the kernel's own option value. */
export type MaskEntry = string | number | string[];

function oneOfText(known: readonly string[]): string {
  return `one of ${known.join(', ')}`;
}
