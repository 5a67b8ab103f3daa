import type { Kind, Vocabulary } from '../kernel/vocabulary.js';
import { KINDS } from '../kernel/vocabulary.js';

/** Values worth asking for often: each stands for a rule of its own. Those a release lacks are left out. */
const WORTH: Readonly<Record<Kind, readonly string[]>> = {
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
export interface Corners {
  /** Values worth asking for, the last type of each kind among them. */
  readonly often: Readonly<Record<Kind, readonly number[]>>;
  /** Values no release knows: just past the last one, at and past the end of the tables, and far off. */
  readonly past: Readonly<Record<Kind, readonly number[]>>;
  /** Number of values of each enumeration. */
  readonly count: Readonly<Record<Kind, number>>;
  readonly mapCreate: number;
  readonly attachCmds: readonly number[];
  readonly cgroupSkb: number;
}

const made = new WeakMap<Vocabulary, Corners>();

/** The corners of a release; found once. */
export function cornersOf(vocabulary: Vocabulary): Corners {
  let corners = made.get(vocabulary);
  if (!corners) {
    corners = findCorners(vocabulary);
    made.set(vocabulary, corners);
  }
  return corners;
}

function findCorners(vocabulary: Vocabulary): Corners {
  const { count } = vocabulary;
  const byKind = (values: (kind: Kind) => readonly number[]) =>
    Object.fromEntries(KINDS.map((kind) => [kind, values(kind)])) as Record<Kind, readonly number[]>;
  return {
    often: byKind((kind) => {
      const worth = WORTH[kind].flatMap((name) => vocabulary.valueOf(kind, name) ?? []);
      return kind === 'cmds' ? worth : [...worth, count[kind] - 1];
    }),
    past: byKind((kind) => [count[kind], count[kind] + 1, 62, 63, 64, 127, 255, 256, 0xffff, 0xffff_ffff]),
    count,
    attachCmds: [vocabulary.must('cmds', 'prog_attach'), vocabulary.must('cmds', 'link_create')],
    mapCreate: vocabulary.must('cmds', 'map_create'),
    cgroupSkb: vocabulary.must('prog_types', 'cgroup_skb'),
  };
}
