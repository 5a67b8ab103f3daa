import { CAP_BPF, CAP_PERFMON } from '../../abi/capabilities.js';
import type { ErrnoName } from '../../abi/errno.js';
import type { Profile } from '../profile.js';
import { RELEASES, type Release } from '../vocabulary.js';

/** Something that the verifier lets a program do only with a capability. */
export interface LibertyRule {
  /** All are needed; asked of the program's own token, or of the initial user namespace. */
  readonly caps: readonly number[];
  /** What is needed besides on a kernel with mitigations of Spectre: bpf_bypass_spec_v1(). */
  readonly capsForSpeculation: readonly number[];
  /** What BPF_PROG_LOAD returns without it. */
  readonly errno: ErrnoName;
  /** The same where what is missing is of capsForSpeculation; without it, `errno`. */
  readonly errnoForSpeculation?: ErrnoName;
  /** The program type that is asked; programs of others have it. Undefined: every type is asked. */
  readonly onlyAskedOf?: string;
  /** The release from which every program has it. */
  readonly freeSince?: Release;
  /** What it lets a program do. */
  readonly about: string;
  /** Where the kernel asks. */
  readonly source: string;
}

const BPF = { caps: [CAP_BPF], capsForSpeculation: [] };
const PERFMON = { caps: [CAP_PERFMON], capsForSpeculation: [] };
const BOTH = { caps: [CAP_BPF, CAP_PERFMON], capsForSpeculation: [] };
const SPECTRE = { caps: [], capsForSpeculation: [CAP_PERFMON] };
/** What speculation could do in every round is looked at, until it is too much: a loop does not end so. */
const LOOP = { caps: [CAP_BPF], capsForSpeculation: [CAP_PERFMON] };

/** The liberties, by name. Which capability each needs is recorded: recordings/programs-linux-*.ndjson.gz, family liberties. */
export const LIBERTY_RULES = {
  many_instructions: { ...BPF, errno: 'E2BIG', about: 'more than 4,096 instructions', source: 'bpf_prog_load()' },
  function_calls: {
    ...BPF,
    errno: 'EPERM',
    about: 'calls between functions of the program',
    source: 'add_subprog_and_kfunc()',
  },
  callbacks: {
    ...BPF,
    errno: 'EPERM',
    about: 'functions of the program that helpers call',
    source: 'add_subprog_and_kfunc()',
  },
  kfunc_calls: { ...BPF, errno: 'EPERM', about: 'calls of kernel functions', source: 'add_subprog_and_kfunc()' },
  may_goto: { ...BPF, errno: 'EINVAL', about: 'loops by may_goto', source: 'check_cfg()' },
  loops: { ...LOOP, errno: 'EINVAL', about: 'bounded loops: jumps back', source: 'check_cfg(), is_state_visited()' },
  iterators: {
    ...LOOP,
    errno: 'EPERM',
    errnoForSpeculation: 'EINVAL',
    about: 'loops over open-coded iterators',
    source: 'check_cfg(), is_state_visited()',
  },
  arena: { ...BOTH, errno: 'EPERM', about: 'maps of type arena', source: 'check_map_prog_compatibility()' },
  packet_pointers: {
    ...BPF,
    errno: 'EACCES',
    onlyAskedOf: 'cgroup_skb',
    about: 'packet data in cgroup_skb',
    source: 'cg_skb_is_valid_access()',
  },
  packet_time: {
    ...BPF,
    errno: 'EACCES',
    onlyAskedOf: 'cgroup_skb',
    about: 'writing the time stamp of a packet in cgroup_skb',
    source: 'cg_skb_is_valid_access()',
  },
  pointer_leaks: {
    ...PERFMON,
    errno: 'EACCES',
    about: 'returning, comparing, subtracting, halving and storing pointers',
    source: 'bpf_allow_ptr_leaks()',
  },
  uninitialised_stack: {
    ...PERFMON,
    errno: 'EACCES',
    about: 'reading stack that was not written',
    source: 'bpf_allow_uninit_stack()',
  },
  kernel_pointers: {
    ...PERFMON,
    errno: 'EPERM',
    about: "reading a map's own structure",
    source: 'check_ptr_to_map_access()',
  },
  speculation_v1: {
    ...SPECTRE,
    errno: 'EACCES',
    about: 'variable offsets and arithmetic that speculation could leave bounds by',
    source: 'bpf_bypass_spec_v1()',
  },
  speculated_dead_code: {
    ...SPECTRE,
    errno: 'EACCES',
    freeSince: '6.17',
    about: 'code that only speculation reaches, and that does what is not allowed',
    source: 'do_check(): later releases put a barrier before it',
  },
} as const satisfies Readonly<Record<string, LibertyRule>>;
export type LibertyName = keyof typeof LIBERTY_RULES;
export const LIBERTY_NAMES = Object.keys(LIBERTY_RULES) as readonly LibertyName[];

/** Tests of recorded programs, by the liberty that each needs. */
export const LIBERTY_TESTS: Readonly<Record<string, LibertyName>> = {
  insns_4097: 'many_instructions',
  insns_5000: 'many_instructions',
  bpf2bpf_call: 'function_calls',
  callback: 'callbacks',
  kfunc_call: 'kfunc_calls',
  may_goto_loop: 'may_goto',
  bounded_loop: 'loops',
  iter_loop: 'iterators',
  arena_map_use: 'arena',
  skb_packet_access: 'packet_pointers',
  skb_tstamp: 'packet_time',
  ptr_return: 'pointer_leaks',
  ptr_compare: 'pointer_leaks',
  ptr_sub: 'pointer_leaks',
  ptr_sub_half: 'pointer_leaks',
  ptr_negate: 'pointer_leaks',
  ptr_half_copy: 'pointer_leaks',
  ptr_store_map: 'pointer_leaks',
  ptr_store_ctx: 'pointer_leaks',
  ptr_to_helper: 'pointer_leaks',
  ptr_atomic_add: 'pointer_leaks',
  ptr_spill_overwrite: 'pointer_leaks',
  stack_uninit_read: 'uninitialised_stack',
  stack_uninit_to_helper: 'uninitialised_stack',
  map_ptr_read: 'kernel_pointers',
  stack_var_off: 'speculation_v1',
  stack_far_arithmetic: 'speculation_v1',
  map_far_arithmetic: 'speculation_v1',
  spec_v1_mixed: 'speculation_v1',
  spec_v1_paths: 'speculation_v1',
  spec_v1_dead_branch: 'speculated_dead_code',
};

/** What BPF_PROG_LOAD returns where a capability for a liberty is missing. Recorded: family liberties. */
export function libertyErrno(rule: LibertyRule, cap: number): ErrnoName {
  return rule.caps.includes(cap) ? rule.errno : (rule.errnoForSpeculation ?? rule.errno);
}

/** The capabilities that the verifier asks a program of a type for a liberty, in its order; none where every program has it. */
export function libertyCaps(
  { vocabulary }: Pick<Profile, 'vocabulary'>,
  hasMitigations: boolean,
  name: LibertyName,
  progType: number,
): readonly number[] {
  const rule: LibertyRule = LIBERTY_RULES[name];
  const isOfOther = rule.onlyAskedOf !== undefined && progType !== vocabulary.require('prog_types', rule.onlyAskedOf);
  const isFree =
    rule.freeSince !== undefined && RELEASES.indexOf(vocabulary.release) >= RELEASES.indexOf(rule.freeSince);
  if (isOfOther || isFree) return [];
  return hasMitigations ? [...rule.caps, ...rule.capsForSpeculation] : rule.caps;
}

/** Every errno that loads return where a liberty is not granted. */
export const LIBERTY_ERRNO_NAMES: readonly ErrnoName[] = [
  ...new Set(
    Object.values<LibertyRule>(LIBERTY_RULES).flatMap(({ errno, errnoForSpeculation }) =>
      errnoForSpeculation === undefined ? [errno] : [errno, errnoForSpeculation],
    ),
  ),
];
