import type { Vocabulary } from './vocabulary.js';

/** Attach type 0 means another one for these program types (kernel/bpf/syscall.c: bpf_prog_load_fixup_attach_type()). */
const ZERO_MEANS: Readonly<Record<string, string>> = {
  cgroup_sock: 'cgroup_inet_sock_create',
  sk_reuseport: 'sk_reuseport_select',
};

/** The attach types a program type may be loaded with; types not named take any (bpf_prog_load_check_attach()). */
const LOAD_FITS: Readonly<Record<string, readonly string[]>> = {
  cgroup_sock: [
    'cgroup_inet_sock_create',
    'cgroup_inet_sock_release',
    'cgroup_inet4_post_bind',
    'cgroup_inet6_post_bind',
  ],
  cgroup_sock_addr: [
    'cgroup_inet4_bind',
    'cgroup_inet6_bind',
    'cgroup_inet4_connect',
    'cgroup_inet6_connect',
    'cgroup_unix_connect',
    'cgroup_inet4_getpeername',
    'cgroup_inet6_getpeername',
    'cgroup_unix_getpeername',
    'cgroup_inet4_getsockname',
    'cgroup_inet6_getsockname',
    'cgroup_unix_getsockname',
    'cgroup_udp4_sendmsg',
    'cgroup_udp6_sendmsg',
    'cgroup_unix_sendmsg',
    'cgroup_udp4_recvmsg',
    'cgroup_udp6_recvmsg',
    'cgroup_unix_recvmsg',
  ],
  cgroup_skb: ['cgroup_inet_ingress', 'cgroup_inet_egress'],
  cgroup_sockopt: ['cgroup_setsockopt', 'cgroup_getsockopt'],
  sk_lookup: ['sk_lookup'],
  sk_reuseport: ['sk_reuseport_select', 'sk_reuseport_select_or_migrate'],
  netfilter: ['netfilter'],
  // Attach type 0, whatever its name.
  syscall: ['cgroup_inet_ingress'],
  ext: ['cgroup_inet_ingress'],
};

/** From 7.2: only tracing programs may be loaded for these (the multi_func test of bpf_prog_load_check_attach()). */
const TRACING_ONLY = new Set(['trace_fentry_multi', 'trace_fexit_multi', 'trace_fsession_multi']);

/** The attach types of a cgroup_skb program: the one type whose attaching asks a capability (attach_type_to_prog_type()). */
const CGROUP_SKB_ATTACH = new Set(LOAD_FITS.cgroup_skb);

/** The attach type the token and fit checks see. */
export function fixupAttachType(vocabulary: Vocabulary, progType: number, attachType: number): number {
  if (attachType !== 0) return attachType;
  const meant = ZERO_MEANS[vocabulary.nameOf('prog_types', progType)];
  return meant === undefined ? 0 : vocabulary.require('attach_types', meant);
}

/** Whether a program type may be loaded with an attach type (after the fix-up). Numbers past the last one fit where any does. */
export function attachTypeFits(vocabulary: Vocabulary, progType: number, attachType: number): boolean {
  const prog = vocabulary.nameOf('prog_types', progType);
  const attach = vocabulary.nameOf('attach_types', attachType);
  if (TRACING_ONLY.has(attach)) return prog === 'tracing';
  const fits = LOAD_FITS[prog];
  return fits === undefined || fits.includes(attach);
}

/** The names a program type may be loaded with, or undefined where any will do. */
export function fittingAttachTypes(vocabulary: Vocabulary, progType: number): readonly string[] | undefined {
  return LOAD_FITS[vocabulary.nameOf('prog_types', progType)];
}

/** Whether bpf_prog_attach() takes this attach type for a cgroup_skb program. */
export function isCgroupSkbAttachType(vocabulary: Vocabulary, attachType: number): boolean {
  return CGROUP_SKB_ATTACH.has(vocabulary.nameOf('attach_types', attachType));
}
