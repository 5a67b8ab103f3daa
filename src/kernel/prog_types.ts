import type { Vocabulary } from './vocabulary.js';

/** What loading a program type asks besides CAP_BPF. */
export interface ProgTypeNeeds {
  /** Loadable without CAP_BPF where unprivileged BPF is enabled. */
  readonly unprivileged: boolean;
  readonly netAdmin: boolean;
  readonly perfmon: boolean;
}

const UNPRIVILEGED = new Set(['socket_filter', 'cgroup_skb']);

/** Source: kernel/bpf/syscall.c: is_net_admin_prog_type(). */
const NET_ADMIN = new Set([
  'sched_cls',
  'sched_act',
  'xdp',
  'lwt_in',
  'lwt_out',
  'lwt_xmit',
  'lwt_seg6local',
  'sk_skb',
  'sk_msg',
  'flow_dissector',
  'cgroup_device',
  'cgroup_sock',
  'cgroup_sock_addr',
  'cgroup_sockopt',
  'cgroup_sysctl',
  'sock_ops',
  'ext',
  'netfilter',
]);

/** Source: kernel/bpf/syscall.c: is_perfmon_prog_type(). */
const PERFMON = new Set([
  'kprobe',
  'tracepoint',
  'perf_event',
  'raw_tracepoint',
  'raw_tracepoint_writable',
  'tracing',
  'lsm',
  'struct_ops',
  'ext',
]);

/** What a program type asks; a number the release does not know asks what any privileged type asks. */
export function progTypeNeeds(vocabulary: Vocabulary, progType: number): ProgTypeNeeds {
  const name = vocabulary.nameOf('prog_types', progType);
  return { unprivileged: UNPRIVILEGED.has(name), netAdmin: NET_ADMIN.has(name), perfmon: PERFMON.has(name) };
}

/** Whether the release can load the type at all (kernel/bpf/syscall.c: find_prog_type()). `unspec` cannot. */
export function isLoadableProgType(vocabulary: Vocabulary, progType: number): boolean {
  return progType !== 0 && vocabulary.has('prog_types', progType);
}
