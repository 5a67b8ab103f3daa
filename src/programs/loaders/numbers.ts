import { HELPER_NAMES } from '../../abi/program_rules.generated.js';
import { NEWEST_PROFILE } from '../../kernel/profile.js';

// Numbers that loaders send: those of the newest release, as numbers of the interface never change.
const { vocabulary } = NEWEST_PROFILE;

/** Program types of loaders' own programs. */
export const PROG = {
  socket_filter: vocabulary.require('prog_types', 'socket_filter'),
  kprobe: vocabulary.require('prog_types', 'kprobe'),
  tracepoint: vocabulary.require('prog_types', 'tracepoint'),
  tracing: vocabulary.require('prog_types', 'tracing'),
  lsm: vocabulary.require('prog_types', 'lsm'),
  ext: vocabulary.require('prog_types', 'ext'),
  struct_ops: vocabulary.require('prog_types', 'struct_ops'),
  cgroup_sock: vocabulary.require('prog_types', 'cgroup_sock'),
} as const;

/** Attach types of loaders' own programs. */
export const ATTACH = {
  cgroup_inet_sock_create: vocabulary.require('attach_types', 'cgroup_inet_sock_create'),
  trace_uprobe_multi: vocabulary.require('attach_types', 'trace_uprobe_multi'),
} as const;

/** Map types that loaders treat apart. */
export const MAP = {
  array: vocabulary.require('map_types', 'array'),
  hash: vocabulary.require('map_types', 'hash'),
  prog_array: vocabulary.require('map_types', 'prog_array'),
  perf_event_array: vocabulary.require('map_types', 'perf_event_array'),
  stack_trace: vocabulary.require('map_types', 'stack_trace'),
  cgroup_array: vocabulary.require('map_types', 'cgroup_array'),
  array_of_maps: vocabulary.require('map_types', 'array_of_maps'),
  hash_of_maps: vocabulary.require('map_types', 'hash_of_maps'),
  devmap: vocabulary.require('map_types', 'devmap'),
  devmap_hash: vocabulary.require('map_types', 'devmap_hash'),
  sockmap: vocabulary.require('map_types', 'sockmap'),
  sockhash: vocabulary.require('map_types', 'sockhash'),
  cpumap: vocabulary.require('map_types', 'cpumap'),
  xskmap: vocabulary.require('map_types', 'xskmap'),
  queue: vocabulary.require('map_types', 'queue'),
  stack: vocabulary.require('map_types', 'stack'),
  struct_ops: vocabulary.require('map_types', 'struct_ops'),
  arena: vocabulary.require('map_types', 'arena'),
} as const;

/** enum bpf_func_id of helpers that loaders' own programs call, and of those that they replace. */
export const HELPER = {
  probe_read: helperNumber('probe_read'),
  probe_read_str: helperNumber('probe_read_str'),
  probe_read_user: helperNumber('probe_read_user'),
  probe_read_kernel: helperNumber('probe_read_kernel'),
  probe_read_user_str: helperNumber('probe_read_user_str'),
  probe_read_kernel_str: helperNumber('probe_read_kernel_str'),
  ktime_get_coarse_ns: helperNumber('ktime_get_coarse_ns'),
  get_func_ip: helperNumber('get_func_ip'),
  get_attach_cookie: helperNumber('get_attach_cookie'),
} as const;

/** Throws a RangeError for a name that no release has: only those above are asked. */
function helperNumber(name: string): number {
  const index = HELPER_NAMES.indexOf(name);
  if (index < 0) throw new RangeError(`no helper ${name}`);
  return index + 1;
}

/** map_flags: values that only the loader changes. */
export const BPF_F_MMAPABLE = 1 << 10;
