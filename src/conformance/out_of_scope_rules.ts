import { ERRNO } from '../abi/errno.js';

// Kernel checks outside of the model, which can refuse a call that passed every permission check. A case that no entry of this
// table describes is a disagreement. No entry allows EPERM, with two exceptions that give the reason.

/** A call that the model let through and the kernel then refused, in the names of the kernel that was recorded. */
export interface LateRefusal {
  readonly cmd: string;
  /** Map type or program type; empty where the command has none. */
  readonly type: string;
  readonly attachType: string;
  readonly variant: string;
  readonly errno: number;
}

/** A check after the permission that the model does not cover. Every condition that is given must hold. */
export interface OutOfScopeRule {
  readonly outOfScopeRule: string;
  readonly cmds?: readonly string[];
  readonly types?: readonly string[];
  readonly attachTypes?: readonly string[];
  readonly variants?: readonly string[];
  readonly errnos: readonly number[];
}

const { EPERM, ENOENT, E2BIG, EBADF, ENOMEM, EACCES, EFAULT, EBUSY, ENODEV, EINVAL, ENOSPC, EOPNOTSUPP, ENOTSUPP } =
  ERRNO;
const EAGAIN = 11;
const EEXIST = 17;
const ESRCH = 3;

const BY_ID = ['prog_get_fd_by_id', 'map_get_fd_by_id', 'btf_get_fd_by_id', 'link_get_fd_by_id'];
const NEXT_ID = ['prog_get_next_id', 'map_get_next_id', 'btf_get_next_id', 'link_get_next_id'];
const ELEMENTS = [
  'map_lookup_elem',
  'map_update_elem',
  'map_delete_elem',
  'map_get_next_key',
  'map_lookup_and_delete_elem',
  'map_lookup_batch',
  'map_lookup_and_delete_batch',
  'map_update_batch',
  'map_delete_batch',
];
/** Attach types whose programs must return 1: the return value of the recorder's program may not fit. */
const RETURNS_ONE = [
  'cgroup_inet4_getpeername',
  'cgroup_inet6_getpeername',
  'cgroup_unix_getpeername',
  'cgroup_inet4_getsockname',
  'cgroup_inet6_getsockname',
  'cgroup_unix_getsockname',
  'cgroup_udp4_recvmsg',
  'cgroup_udp6_recvmsg',
  'cgroup_unix_recvmsg',
];

export const RULES_BY_NAME: readonly OutOfScopeRule[] = [
  // A program of these types names its attach target: whether that exists, is a function, fits the attach type and may be
  // attached to is checked by the verifier (bpf_check_attach_target(), check_struct_ops_btf_id()).
  {
    outOfScopeRule: 'attach target',
    cmds: ['prog_load'],
    types: ['tracing', 'lsm', 'ext', 'struct_ops'],
    errnos: [EINVAL, ENOENT, EACCES, ENOTSUPP, EOPNOTSUPP],
  },
  // The cgroup, link or program of a call that attaches or queries attachments may be unsuitable.
  {
    outOfScopeRule: 'attach target',
    cmds: ['prog_attach', 'prog_detach', 'link_create', 'link_update', 'link_detach', 'raw_tracepoint_open'],
    errnos: [EBADF, EINVAL, ENOENT, EBUSY, EEXIST, ENODEV, EOPNOTSUPP],
  },
  {
    outOfScopeRule: 'attach target',
    cmds: ['prog_query', 'task_fd_query'],
    errnos: [EBADF, EINVAL, ENOENT, ENODEV, EOPNOTSUPP, ENOTSUPP],
  },
  // check_return_code(): a program that may only return 1 and returns 0.
  {
    outOfScopeRule: 'verifier',
    cmds: ['prog_load'],
    types: ['cgroup_sock_addr'],
    attachTypes: RETURNS_ONE,
    errnos: [EINVAL],
  },
  // bpf_check(): a syscall program that is not sleepable.
  { outOfScopeRule: 'verifier', cmds: ['prog_load'], types: ['syscall'], errnos: [EINVAL] },
  // From 6.14 the last fields of PROG_LOAD fill the union: a byte there that is not zero belongs to one (process_fd_array()).
  { outOfScopeRule: 'verifier', cmds: ['prog_load'], variants: ['attr_tail_nonzero'], errnos: [EINVAL, EFAULT] },
  // The verifier's answer to instructions that it refuses.
  { outOfScopeRule: 'verifier', cmds: ['prog_load'], errnos: [EACCES] },
  // find_prog_type(): the type is in the enumeration, and this kernel was configured without it
  // (CONFIG_BPF_LIRC_MODE2, CONFIG_NETFILTER_BPF_LINK).
  {
    outOfScopeRule: 'missing configuration',
    cmds: ['prog_load'],
    types: ['lirc_mode2', 'netfilter'],
    errnos: [EINVAL],
  },
  // map_alloc() of these types checks attributes that a variant's name does not determine: map_extra is an address for an arena,
  // the number of hash functions for a bloom filter.
  {
    outOfScopeRule: 'map attributes',
    cmds: ['map_create'],
    types: ['arena', 'bloom_filter', 'rhash'],
    variants: ['map_extra'],
    errnos: [EINVAL],
  },
  // The structure of a struct_ops map, and whether its module is loaded (bpf_struct_ops_map_alloc()).
  {
    outOfScopeRule: 'map attributes',
    cmds: ['map_create'],
    types: ['struct_ops'],
    errnos: [EINVAL, ENOENT, ENOTSUPP, EOPNOTSUPP],
  },
  // An arena needs a JIT that supports it (arena_map_alloc()).
  { outOfScopeRule: 'missing configuration', cmds: ['map_create'], types: ['arena'], errnos: [EOPNOTSUPP] },
  { outOfScopeRule: 'memory', cmds: ['map_create', 'prog_load', 'btf_load'], errnos: [ENOMEM] },
  // Ids that do not exist (any more), where the case is not about that; no id after the last one.
  { outOfScopeRule: 'look-up', cmds: [...BY_ID, ...NEXT_ID], variants: ['plain'], errnos: [ENOENT, EAGAIN] },
  // Commands with a descriptor or a path: the object behind it decides.
  {
    outOfScopeRule: 'what the descriptor is of',
    cmds: ELEMENTS,
    errnos: [EBADF, EINVAL, ENOENT, EFAULT, E2BIG, EEXIST, ENOSPC, EOPNOTSUPP, ENOTSUPP],
  },
  { outOfScopeRule: 'what the descriptor is of', cmds: ['map_freeze'], errnos: [EBADF, EINVAL, EBUSY, ENOTSUPP] },
  // EPERM: a frozen map cannot be written, and map_freeze() needs write access. No credential is checked
  // (map_get_sys_perms()).
  { outOfScopeRule: 'what the descriptor is of', cmds: ['map_freeze'], errnos: [EPERM] },
  {
    outOfScopeRule: 'what the descriptor is of',
    cmds: ['obj_pin', 'obj_get'],
    errnos: [EBADF, EINVAL, ENOENT, EEXIST, EACCES, EFAULT],
  },
  // EPERM: a path outside of every bpffs (bpf_obj_do_pin()).
  { outOfScopeRule: 'what the descriptor is of', cmds: ['obj_pin'], errnos: [EPERM] },
  {
    outOfScopeRule: 'what the descriptor is of',
    cmds: [
      'obj_get_info_by_fd',
      'prog_test_run',
      'iter_create',
      'prog_bind_map',
      'prog_stream_read_by_fd',
      'prog_assoc_struct_ops',
    ],
    errnos: [EBADF, EINVAL, ENOENT, EFAULT, EOPNOTSUPP, ENOTSUPP, ESRCH],
  },
];

/** The names of all rules, each once. */
export const OUT_OF_SCOPE_RULES: readonly string[] = [
  ...new Set(RULES_BY_NAME.map(({ outOfScopeRule }) => outOfScopeRule)),
];

/** The rule that explains the result, or undefined where none does. */
export function outOfScopeRuleOf(refusal: LateRefusal): string | undefined {
  return RULES_BY_NAME.find(
    ({ cmds, types, attachTypes, variants, errnos }) =>
      errnos.includes(refusal.errno) &&
      (cmds === undefined || cmds.includes(refusal.cmd)) &&
      (types === undefined || types.includes(refusal.type)) &&
      (attachTypes === undefined || attachTypes.includes(refusal.attachType)) &&
      (variants === undefined || variants.includes(refusal.variant)),
  )?.outOfScopeRule;
}
