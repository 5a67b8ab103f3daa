import { CAP_BPF, CAP_PERFMON } from '../../abi/capabilities.js';
import type { Release } from '../vocabulary.js';

/** Something that the verifier lets a program do only with a capability. */
export interface LibertyRule {
  /** All are needed; asked of the program's own token, or of the initial user namespace. */
  readonly caps: readonly number[];
  /** What is needed besides on a kernel with mitigations of Spectre: bpf_bypass_spec_v1(). */
  readonly capsForSpeculation: readonly number[];
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
  many_instructions: { ...BPF, about: 'more than 4,096 instructions', source: 'bpf_prog_load()' },
  function_calls: { ...BPF, about: 'calls between functions of the program', source: 'add_subprog_and_kfunc()' },
  callbacks: { ...BPF, about: 'functions of the program that helpers call', source: 'add_subprog_and_kfunc()' },
  kfunc_calls: { ...BPF, about: 'calls of kernel functions', source: 'add_subprog_and_kfunc()' },
  may_goto: { ...BPF, about: 'loops by may_goto', source: 'check_cfg()' },
  loops: { ...LOOP, about: 'bounded loops: jumps back', source: 'check_cfg(), is_state_visited()' },
  iterators: { ...LOOP, about: 'loops over open-coded iterators', source: 'check_cfg(), is_state_visited()' },
  arena: { ...BOTH, about: 'maps of type arena', source: 'check_map_prog_compatibility()' },
  packet_pointers: {
    ...BPF,
    onlyAskedOf: 'cgroup_skb',
    about: 'packet data in cgroup_skb',
    source: 'cg_skb_is_valid_access()',
  },
  packet_time: {
    ...BPF,
    onlyAskedOf: 'cgroup_skb',
    about: 'writing the time stamp of a packet in cgroup_skb',
    source: 'cg_skb_is_valid_access()',
  },
  pointer_leaks: {
    ...PERFMON,
    about: 'returning, comparing, subtracting, halving and storing pointers',
    source: 'bpf_allow_ptr_leaks()',
  },
  uninitialised_stack: { ...PERFMON, about: 'reading stack that was not written', source: 'bpf_allow_uninit_stack()' },
  kernel_pointers: { ...PERFMON, about: "reading a map's own structure", source: 'check_ptr_to_map_access()' },
  speculation_v1: {
    ...SPECTRE,
    about: 'variable offsets and arithmetic that speculation could leave bounds by',
    source: 'bpf_bypass_spec_v1()',
  },
  speculated_dead_code: {
    ...SPECTRE,
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
