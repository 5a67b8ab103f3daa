/** What a loader sends as expected_attach_type for a program in an ELF section. */
export interface LoaderAttachType {
  /** The name of the section, without what follows a slash to say where to attach: `xdp`, `kprobe.multi`. */
  readonly section: string;
  /** The name of the attach type; null for the number 0. */
  readonly attachType: string | null;
}

type Sections = Readonly<Record<string, string | null>>;

/**
 * Sections by program type, the most usual one first, with the attach type that libbpf sends for each. Sections for sleepable
 * programs (`.s`), for multi-buffer XDP (`.frags`) and of another name (`tp` for `tracepoint`) send the same and are left out.
 * struct_ops is left out: libbpf sends the index of the member that the program implements.
 * Source: the section names that libbpf documents (Documentation/bpf/libbpf/program_types.rst) and its table of them
 * (src/libbpf.c: section_defs, July 2026).
 */
const SECTIONS: Readonly<Record<string, Sections>> = {
  socket_filter: { socket: null },
  kprobe: {
    kprobe: null,
    uprobe: null,
    'kprobe.multi': 'trace_kprobe_multi',
    'kprobe.session': 'trace_kprobe_session',
    'uprobe.multi': 'trace_uprobe_multi',
    'uprobe.session': 'trace_uprobe_session',
  },
  sched_cls: {
    tc: null,
    'tcx/ingress': 'tcx_ingress',
    'tcx/egress': 'tcx_egress',
    'netkit/primary': 'netkit_primary',
    'netkit/peer': 'netkit_peer',
  },
  sched_act: { action: null },
  tracepoint: { tracepoint: null },
  xdp: { xdp: 'xdp', 'xdp/devmap': 'xdp_devmap', 'xdp/cpumap': 'xdp_cpumap' },
  perf_event: { perf_event: null },
  cgroup_skb: {
    'cgroup_skb/ingress': 'cgroup_inet_ingress',
    'cgroup_skb/egress': 'cgroup_inet_egress',
    'cgroup/skb': null,
  },
  cgroup_sock: {
    'cgroup/sock_create': 'cgroup_inet_sock_create',
    'cgroup/sock_release': 'cgroup_inet_sock_release',
    'cgroup/post_bind4': 'cgroup_inet4_post_bind',
    'cgroup/post_bind6': 'cgroup_inet6_post_bind',
  },
  lwt_in: { lwt_in: null },
  lwt_out: { lwt_out: null },
  lwt_xmit: { lwt_xmit: null },
  sock_ops: { sockops: 'cgroup_sock_ops' },
  sk_skb: {
    'sk_skb/stream_verdict': 'sk_skb_stream_verdict',
    'sk_skb/stream_parser': 'sk_skb_stream_parser',
    'sk_skb/verdict': 'sk_skb_verdict',
    sk_skb: null,
  },
  cgroup_device: { 'cgroup/dev': 'cgroup_device' },
  sk_msg: { sk_msg: 'sk_msg_verdict' },
  raw_tracepoint: { raw_tp: null },
  cgroup_sock_addr: {
    'cgroup/connect4': 'cgroup_inet4_connect',
    'cgroup/connect6': 'cgroup_inet6_connect',
    'cgroup/connect_unix': 'cgroup_unix_connect',
    'cgroup/bind4': 'cgroup_inet4_bind',
    'cgroup/bind6': 'cgroup_inet6_bind',
    'cgroup/sendmsg4': 'cgroup_udp4_sendmsg',
    'cgroup/sendmsg6': 'cgroup_udp6_sendmsg',
    'cgroup/sendmsg_unix': 'cgroup_unix_sendmsg',
    'cgroup/recvmsg4': 'cgroup_udp4_recvmsg',
    'cgroup/recvmsg6': 'cgroup_udp6_recvmsg',
    'cgroup/recvmsg_unix': 'cgroup_unix_recvmsg',
    'cgroup/getpeername4': 'cgroup_inet4_getpeername',
    'cgroup/getpeername6': 'cgroup_inet6_getpeername',
    'cgroup/getpeername_unix': 'cgroup_unix_getpeername',
    'cgroup/getsockname4': 'cgroup_inet4_getsockname',
    'cgroup/getsockname6': 'cgroup_inet6_getsockname',
    'cgroup/getsockname_unix': 'cgroup_unix_getsockname',
  },
  lwt_seg6local: { lwt_seg6local: null },
  lirc_mode2: { lirc_mode2: 'lirc_mode2' },
  sk_reuseport: {
    sk_reuseport: 'sk_reuseport_select',
    'sk_reuseport/migrate': 'sk_reuseport_select_or_migrate',
  },
  flow_dissector: { flow_dissector: 'flow_dissector' },
  cgroup_sysctl: { 'cgroup/sysctl': 'cgroup_sysctl' },
  raw_tracepoint_writable: { 'raw_tp.w': null },
  cgroup_sockopt: { 'cgroup/getsockopt': 'cgroup_getsockopt', 'cgroup/setsockopt': 'cgroup_setsockopt' },
  tracing: {
    fentry: 'trace_fentry',
    fexit: 'trace_fexit',
    fmod_ret: 'modify_return',
    tp_btf: 'trace_raw_tp',
    iter: 'trace_iter',
    fsession: 'trace_fsession',
    'fentry.multi': 'trace_fentry_multi',
    'fexit.multi': 'trace_fexit_multi',
    'fsession.multi': 'trace_fsession_multi',
  },
  ext: { freplace: null },
  lsm: { lsm: 'lsm_mac', lsm_cgroup: 'lsm_cgroup' },
  sk_lookup: { sk_lookup: 'sk_lookup' },
  syscall: { syscall: null },
  netfilter: { netfilter: 'netfilter' },
};

/** What libbpf sends for the sections of a program type, the most usual section first; none where that is not known. */
export function loaderAttachTypes(progType: string): LoaderAttachType[] {
  const sections = Object.hasOwn(SECTIONS, progType) ? SECTIONS[progType] : undefined;
  return Object.entries(sections ?? {}).map(([section, attachType]) => ({ section, attachType }));
}
