import { NEWEST_PROFILE } from '../../kernel/profile.js';
import type { BpfObject, ObjectProgram } from '../bpf_object.js';
import { type SectionRule, sectionRule } from '../libbpf/section_rule.js';

/** Something that an application does with what it loaded, and that no token covers. */
export interface OutsideToken {
  /** The system call. */
  readonly action: string;
  /** The program or map. */
  readonly of: string;
  /** Who decides it, in words. */
  readonly decidedBy: string;
}

const PERF =
  'CAP_PERFMON in the initial user namespace, or kernel.perf_event_paranoid; it does not ask who loaded the program';
const LINK = 'who holds the descriptor of the program';

/** By program type, for sections that are attached in one way. Source: the attach functions of libbpf 1.7 and of the kernel (6.18). */
const BY_TYPE: Readonly<Record<string, readonly [action: string, decidedBy: string]>> = {
  tracepoint: ['perf_event_open', PERF],
  perf_event: ['perf_event_open', PERF],
  raw_tracepoint: ['raw_tracepoint_open', LINK],
  raw_tracepoint_writable: ['raw_tracepoint_open', LINK],
  tracing: ['link_create', LINK],
  lsm: ['link_create', LINK],
  xdp: ['link_create', `${LINK}, for a device of its own network namespace; netlink asks CAP_NET_ADMIN there`],
  sched_cls: ['link_create', `${LINK}, for a device of its own network namespace; netlink asks CAP_NET_ADMIN there`],
  sched_act: ['netlink', 'CAP_NET_ADMIN over the network namespace'],
  netfilter: ['link_create', LINK],
  cgroup_skb: ['link_create', 'CAP_NET_ADMIN through the token of the program, and who may open the cgroup'],
  struct_ops: ['link_create', 'who holds the descriptor of the map'],
  socket_filter: ['setsockopt', 'who holds the socket'],
};
const OF_CGROUPS = `${LINK}, and who may open the cgroup`;

/** What an application does with an object after its load, as far as sections and definitions tell, and who decides it. */
export function outsideToken({ programs, maps }: BpfObject): OutsideToken[] {
  const attached = programs.filter(({ isAutoloaded }) => isAutoloaded).flatMap(attaching);
  const pinned = maps
    .filter(({ pinning }) => pinning !== 0)
    .map(({ name }) => ({ action: 'obj_pin', of: name, decidedBy: 'who may write to the directory of the bpffs' }));
  return [...attached, ...pinned];
}

function attaching({ name, section }: ObjectProgram): OutsideToken[] {
  const rule = sectionRule(section);
  if (!rule) return [];
  const found = wayOf(rule);
  return found ? [{ action: found[0], of: name, decidedBy: found[1] }] : [];
}

function wayOf({ name, progType, expectedAttachType }: SectionRule): readonly [string, string] | undefined {
  const type = NEWEST_PROFILE.vocabulary.nameOf('prog_types', progType);
  if (type === 'kprobe') return expectedAttachType === 0 ? ['perf_event_open', PERF] : ['link_create', LINK];
  if (/^cgroup/.test(type) && type !== 'cgroup_skb') return ['link_create', OF_CGROUPS];
  if (type === 'sock_ops') return ['link_create', OF_CGROUPS];
  return name.startsWith('freplace') ? undefined : BY_TYPE[type];
}
