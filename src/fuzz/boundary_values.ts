import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';
import { ENUM_KINDS } from '../kernel/vocabulary.js';

/** Values worth asking for often: each stands for a rule of its own. Those a release lacks are left out. */
const COMMON_NAMES: Readonly<Record<EnumKind, readonly string[]>> = {
  cmds: ['map_create', 'prog_load', 'prog_load', 'btf_load', 'btf_get_fd_by_id', 'prog_attach', 'link_create'],
  // None, CAP_BPF and CAP_NET_ADMIN.
  map_types: ['array', 'lpm_trie', 'sockmap', 'devmap'],
  // Unprivileged; the attach type 0 that means another; network, tracing, both, neither; any but one attach type.
  prog_types: [
    'socket_filter',
    'cgroup_skb',
    'cgroup_sock',
    'sk_reuseport',
    'xdp',
    'kprobe',
    'tracing',
    'ext',
    'syscall',
  ],
  attach_types: [
    'cgroup_inet_ingress',
    'cgroup_inet_egress',
    'cgroup_inet_sock_create',
    'sk_reuseport_select',
    'trace_fentry_multi',
  ],
};

/** The numbers of a release that tests should meet often. */
export interface BoundaryValues {
  /** Values worth asking for, the last type of each kind among them. */
  readonly common: Readonly<Record<EnumKind, readonly number[]>>;
  /** Values no release knows: just past the last one, at and past the end of the tables, and far off. */
  readonly outOfRange: Readonly<Record<EnumKind, readonly number[]>>;
  /** Number of values of each enumeration. */
  readonly count: Readonly<Record<EnumKind, number>>;
  readonly mapCreate: number;
  readonly attachCmds: readonly number[];
  readonly cgroupSkb: number;
}

const made = new WeakMap<Vocabulary, BoundaryValues>();

/** The corners of a release; found once. */
export function boundaryValuesOf(vocabulary: Vocabulary): BoundaryValues {
  let boundaries = made.get(vocabulary);
  if (!boundaries) {
    boundaries = findBoundaryValues(vocabulary);
    made.set(vocabulary, boundaries);
  }
  return boundaries;
}

function findBoundaryValues(vocabulary: Vocabulary): BoundaryValues {
  const { count } = vocabulary;
  const byKind = (values: (kind: EnumKind) => readonly number[]) =>
    Object.fromEntries(ENUM_KINDS.map((kind) => [kind, values(kind)])) as Record<EnumKind, readonly number[]>;
  return {
    common: byKind((kind) => {
      const known = COMMON_NAMES[kind].flatMap((name) => vocabulary.valueOf(kind, name) ?? []);
      return kind === 'cmds' ? known : [...known, count[kind] - 1];
    }),
    outOfRange: byKind((kind) => [count[kind], count[kind] + 1, 62, 63, 64, 127, 255, 256, 0xffff, 0xffff_ffff]),
    count,
    attachCmds: [vocabulary.require('cmds', 'prog_attach'), vocabulary.require('cmds', 'link_create')],
    mapCreate: vocabulary.require('cmds', 'map_create'),
    cgroupSkb: vocabulary.require('prog_types', 'cgroup_skb'),
  };
}
