import type { EnumKind, Vocabulary } from '../kernel/vocabulary.js';
import { ENUM_KINDS } from '../kernel/vocabulary.js';

/** Values to use often: each triggers a distinct rule. Values that a release lacks are skipped. */
const COMMON_NAMES: Readonly<Record<EnumKind, readonly string[]>> = {
  cmds: ['map_create', 'prog_load', 'prog_load', 'btf_load', 'btf_get_fd_by_id', 'prog_attach', 'link_create'],
  // None, CAP_BPF and CAP_NET_ADMIN.
  map_types: ['array', 'lpm_trie', 'sockmap', 'devmap'],
  // Unprivileged; an attach type 0 that stands for another; network, tracing, both, neither; all attach types but one.
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

/** The numbers of a release to use often in tests. */
export interface BoundaryValues {
  /** Values to use often, including the last type of each enumeration. */
  readonly common: Readonly<Record<EnumKind, readonly number[]>>;
  /** Values that no release knows: just past the last one, at and past the end of the tables, and large ones. */
  readonly outOfRange: Readonly<Record<EnumKind, readonly number[]>>;
  /** Number of values of each enumeration. */
  readonly count: Readonly<Record<EnumKind, number>>;
  readonly mapCreate: number;
  readonly attachCmds: readonly number[];
  readonly cgroupSkb: number;
}

const made = new WeakMap<Vocabulary, BoundaryValues>();

/** The boundary values of a release; cached. */
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
