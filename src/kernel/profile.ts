import { UnknownNameError } from '../errors.js';
import { requireObject, requireText } from './arguments.js';
import { describeGiven } from './field_fault.js';
import { RELEASES, type Release, type Vocabulary, vocabularyOf } from './vocabulary.js';

/** Everything in which the kernels (and the reviewed designs) differ, by name. Each says what `true` means. */
export interface Rules {
  /**
   * bpf_token_allow_cmd() and bpf_token_capable() count a token only for callers in exactly its user namespace. For every
   * other caller the request is decided as without a token: capabilities are asked in the initial user namespace.
   */
  token_needs_own_userns: boolean;
  /**
   * bpf_token_capable(): where a token counts, a capability that the caller lacks in the token's user namespace is asked in
   * the initial one too. Has no effect on a token that does not count.
   */
  token_falls_back_to_init: boolean;
  /** BPF_TOKEN_CREATE works in the initial user namespace (else EOPNOTSUPP). */
  token_create_in_init_userns: boolean;
  /** BPF_TOKEN_CREATE works on a bpffs that delegates nothing (else ENOENT). */
  token_create_without_delegation: boolean;
  /** A token descriptor field is read only with BPF_F_TOKEN_FD (else: whenever it is not zero). */
  token_fd_needs_flag: boolean;
  /** BPF_BTF_GET_FD_BY_ID reads a token (else its CHECK_ATTR answers EINVAL to one). */
  btf_get_fd_by_id_takes_token: boolean;
  /** Mask options are `:` separated lists of names, numbers and `any` (else one number or `any`). */
  delegate_names: boolean;
  /** bpffs takes the uid= and gid= options (else they are unknown, and ignored). */
  bpffs_uid_gid: boolean;
  /** BPF_OBJ_GET_INFO_BY_FD answers for a token (else EINVAL). */
  token_info: boolean;
  /** MAP_CREATE: BPF_F_RDONLY with BPF_F_WRONLY is found after the permission checks (else before). */
  map_file_flags_checked_late: boolean;
  /** SELinux has hooks for tokens, and asks map_create and prog_load in them (else of the caller alone, before the command). */
  selinux_token_hooks: boolean;
  /** Where a token counts, SELinux asks prog_load of the domain that created its bpffs (else of the caller, as without a token). */
  selinux_prog_load_by_token: boolean;
  /** EXTENSION, in no kernel: a token can be narrowed, when made or later. Bits are only ever removed. */
  token_narrowing: boolean;
}

/** A kernel: a vocabulary plus named rules. */
export interface Profile {
  readonly name: string;
  readonly description: string;
  readonly vocabulary: Vocabulary;
  readonly rules: Readonly<Rules>;
}

const V12: Rules = {
  token_needs_own_userns: true,
  token_falls_back_to_init: true,
  token_create_in_init_userns: true,
  token_create_without_delegation: true,
  token_fd_needs_flag: false,
  btf_get_fd_by_id_takes_token: false,
  delegate_names: false,
  bpffs_uid_gid: false,
  token_info: false,
  map_file_flags_checked_late: false,
  selinux_token_hooks: false,
  selinux_prog_load_by_token: false,
  token_narrowing: false,
};
const V11: Rules = { ...V12, token_needs_own_userns: false };
const MERGED: Rules = {
  ...V12,
  token_needs_own_userns: false,
  token_falls_back_to_init: false,
  token_create_in_init_userns: false,
  token_create_without_delegation: false,
  token_fd_needs_flag: true,
  delegate_names: true,
  bpffs_uid_gid: true,
};

/** What a release changed in the rules, with the release it first shipped in. */
const CHANGES: readonly { since: Release; rules: Partial<Rules>; note: string }[] = [
  { since: '6.15', rules: { btf_get_fd_by_id_takes_token: true }, note: 'BTF_GET_FD_BY_ID takes a token' },
  { since: '6.17', rules: { token_info: true }, note: 'OBJ_GET_INFO_BY_FD answers for tokens' },
  { since: '7.0', rules: { selinux_token_hooks: true }, note: 'SELinux checks tokens' },
  {
    since: '7.2',
    rules: { map_file_flags_checked_late: true },
    note: 'MAP_CREATE looks at RDONLY with WRONLY after permission',
  },
  {
    since: '7.3',
    rules: { selinux_prog_load_by_token: true },
    note: 'SELinux asks prog_load of the domain that created the bpffs',
  },
];

function merged(release: Release): Profile {
  const reached = CHANGES.filter(({ since }) => RELEASES.indexOf(since) <= RELEASES.indexOf(release));
  let description: string | undefined;
  return {
    name: `linux-${release}`,
    // Made when it is first read: it compares two vocabularies, and is rarely shown.
    get description() {
      description ??= descriptionOf(release);
      return description;
    },
    vocabulary: vocabularyOf(release),
    rules: Object.assign({}, MERGED, ...reached.map(({ rules }) => rules)) as Rules,
  };
}

/** What a release changed. */
function descriptionOf(release: Release): string {
  const own = CHANGES.filter(({ since }) => since === release).map(({ note }) => note);
  const before = RELEASES[RELEASES.indexOf(release) - 1] ?? 'design';
  const names = newNames(vocabularyOf(before), vocabularyOf(release));
  const added = release === '6.9' ? ['the merged rules'] : [...own, ...names];
  return added.length > 0 ? added.join('; ') : `as linux-${before}`;
}

function newNames(before: Vocabulary, after: Vocabulary): string[] {
  const labels = { cmds: 'command', map_types: 'map type', prog_types: 'program type', attach_types: 'attach type' };
  return (Object.keys(labels) as (keyof typeof labels)[]).flatMap((kind) => {
    const old = new Set(before.names(kind));
    const added = after.names(kind).filter((name) => !old.has(name));
    return added.length > 0 ? [`new ${labels[kind]}${added.length > 1 ? 's' : ''} ${added.join(', ')}`] : [];
  });
}

/** Built-in profiles, oldest first: the two designs, then every release from 6.9. */
export const PROFILES: readonly Profile[] = [
  {
    name: 'v11',
    description: 'the patch as posted: equal user namespaces are demanded only when a token is made',
    vocabulary: vocabularyOf('design'),
    rules: V11,
  },
  {
    name: 'v12',
    description: "the reviewed design: a token counts only for callers in exactly the token's user namespace",
    vocabulary: vocabularyOf('design'),
    rules: V12,
  },
  ...RELEASES.filter((release) => release !== 'design').map(merged),
];

/** The profile library calls use when none is named: the design as the review left it. */
export const DEFAULT_PROFILE = 'v12';
/** The newest release known. */
export const NEWEST_PROFILE: Profile = PROFILES[PROFILES.length - 1] as Profile;

/** A built-in profile, or undefined. */
export function findProfile(name: string): Profile | undefined {
  return PROFILES.find((profile) => profile.name === name);
}

/** A built-in profile. Throws an UnknownNameError that names the known ones where there is none of that name. */
export function profileNamed(name: string): Profile {
  const profile = findProfile(name);
  if (!profile) {
    const expected = PROFILES.map((known) => known.name).join(', ');
    const given = describeGiven(name);
    throw new UnknownNameError('profile', typeof name === 'string' ? name : given, {
      message: `no profile ${given}; known: ${expected}`,
      expected,
    });
  }
  return profile;
}

/**
 * A user's own kernel: another profile with some rules switched. Throws an InvalidArgumentError for arguments of a wrong kind;
 * rules that there are none of are found where the profile is used.
 */
export function extendProfile(base: Profile, name: string, rules: Partial<Rules>, description?: string): Profile {
  requireObject('base', base, 'a profile');
  requireText('name', name);
  requireObject('rules', rules, 'an object of rules');
  const switched = Object.entries(rules).map(([rule, value]) => `${rule}: ${value}`);
  return {
    name,
    description: description ?? `${base.name} with ${switched.join(', ') || 'nothing changed'}`,
    vocabulary: base.vocabulary,
    rules: { ...base.rules, ...rules },
  };
}

/** The names of all rules, for checking what a person wrote. */
export const RULE_NAMES = Object.keys(V12) as readonly (keyof Rules)[];

/** The built-in profile with the same vocabulary that differs in the fewest rules, and the rules that differ. */
export function nearestBuiltIn({ vocabulary, rules }: Profile): { base: Profile; switched: Partial<Rules> } {
  const [nearest] = PROFILES.filter((profile) => profile.vocabulary === vocabulary)
    .map((base) => ({ base, names: RULE_NAMES.filter((rule) => base.rules[rule] !== rules[rule]) }))
    .sort((a, b) => a.names.length - b.names.length);
  if (!nearest) throw new RangeError(`no built-in profile has the vocabulary of ${vocabulary.release}`);
  const switched = nearest.names.map((rule) => [rule, rules[rule]]);
  return { base: nearest.base, switched: Object.fromEntries(switched) };
}

/** `v11, v12, linux-6.9 to linux-7.3`. */
export const PROFILES_IN_BRIEF = ((): string => {
  const releases = PROFILES.filter(({ name }) => name.startsWith('linux-'));
  const designs = PROFILES.filter(({ name }) => !name.startsWith('linux-'));
  return `${designs.map(({ name }) => name).join(', ')}, ${releases[0]?.name} to ${releases.at(-1)?.name}`;
})();
