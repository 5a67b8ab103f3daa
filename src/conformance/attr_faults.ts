import { Fault } from '../abi/verdict.js';
import { fixupAttachType } from '../kernel/attach_types.js';
import type { Profile } from '../kernel/profile.js';
import { RELEASES } from '../kernel/vocabulary.js';
import type { UseRecord } from './record.js';

/** The effect of a variant on a request: where the kernel finds the fault, instructions, further map flags. */
export interface AttrFault {
  readonly pre: Fault;
  readonly insnCnt: number;
  readonly mapFlags: number;
}

const BPF_F_ZERO_SEED = 1 << 6;

/** Map types that check flags and key size in map_alloc_check(), before the permission; the others check them afterwards. */
const CHECKED_EARLY = new Set([
  'array',
  'percpu_array',
  'prog_array',
  'perf_event_array',
  'cgroup_array',
  'array_of_maps',
  'hash',
  'percpu_hash',
  'lru_hash',
  'lru_percpu_hash',
  'hash_of_maps',
  'rhash',
  'queue',
  'stack',
  'reuseport_sockarray',
  'sk_storage',
  'inode_storage',
  'task_storage',
  'cgrp_storage',
  'struct_ops',
  'insn_array',
  'devmap',
  'devmap_hash',
]);
/** Map types that accept BPF_F_ZERO_SEED; the hash tables require CAP_SYS_ADMIN for it, which the model knows. */
const TAKES_ZERO_SEED = new Set(['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'hash_of_maps', 'bloom_filter']);
/** Of those that check early: types that accept neither BPF_F_RDONLY nor BPF_F_WRONLY. */
const NO_ACCESS_FLAGS = new Set([
  'sk_storage',
  'inode_storage',
  'task_storage',
  'cgrp_storage',
  'struct_ops',
  'insn_array',
]);
/** Map types that read map_extra; each checks its value later. */
const TAKES_MAP_EXTRA = new Set(['bloom_filter', 'arena', 'rhash']);
/** Program types that may name a BTF id to attach to (bpf_prog_load_check_attach()). */
const TAKES_BTF_ID = new Set(['tracing', 'lsm', 'struct_ops', 'ext']);

/** The fault of a record's variant, for the model and the hot path. */
export function attrFaultOf(profile: Profile, record: UseRecord): AttrFault {
  const plain: AttrFault = { pre: Fault.NONE, insnCnt: 1, mapFlags: 0 };
  const found = (pre: Fault): AttrFault => ({ ...plain, pre });
  const mapType = profile.vocabulary.nameOf('map_types', record.type);
  const early = CHECKED_EARLY.has(mapType) ? Fault.ATTR_EINVAL : Fault.LATE_EINVAL;
  switch (record.variant) {
    case 'plain':
      return plain;
    case 'attr_tail_nonzero':
      return hasTail(profile, record) ? found(Fault.ATTR_EINVAL) : plain;
    case 'attr_nonzero_past_union':
      return found(Fault.ATTR_E2BIG);
    case 'map_zero_seed':
      return TAKES_ZERO_SEED.has(mapType) ? { ...plain, mapFlags: BPF_F_ZERO_SEED } : found(early);
    case 'map_bad_key_size':
    case 'map_unknown_flag':
      return found(early);
    case 'map_rdonly_wronly':
      if (!profile.rules.map_file_flags_checked_late) return found(Fault.ATTR_EINVAL);
      return found(NO_ACCESS_FLAGS.has(mapType) ? Fault.ATTR_EINVAL : Fault.LATE_EINVAL);
    case 'map_extra':
      return TAKES_MAP_EXTRA.has(mapType) ? plain : found(Fault.ATTR_EINVAL);
    case 'prog_insn_cnt_0':
      return { ...plain, insnCnt: 0 };
    case 'prog_5000_insns':
      return { ...plain, insnCnt: 5000 };
    case 'prog_unknown_flag':
    case 'btf_unknown_flag':
      return found(Fault.ATTR_EINVAL);
    case 'prog_attach_btf_id':
      return takesBtfId(profile, record) ? plain : found(Fault.LATE_EINVAL);
    case 'btf_bad_magic':
      return found(Fault.LATE_EINVAL);
    case 'id_missing':
      return found(Fault.LATE_ENOENT);
    case 'id_start_max':
      return found(Fault.ATTR_EINVAL);
  }
}

/** Whether the union has bytes past the command's last field. From 6.14 (fd_array_cnt) those of PROG_LOAD fill it. */
function hasTail({ vocabulary }: Profile, { cmd }: UseRecord): boolean {
  const isFull = RELEASES.indexOf(vocabulary.release) >= RELEASES.indexOf('6.14');
  return !isFull || vocabulary.nameOf('cmds', cmd) !== 'prog_load';
}

function takesBtfId({ vocabulary }: Profile, { type, attachType }: UseRecord): boolean {
  // Programs for many functions at once have their target set by the kernel.
  const attach = vocabulary.nameOf('attach_types', fixupAttachType(vocabulary, type, attachType));
  return TAKES_BTF_ID.has(vocabulary.nameOf('prog_types', type)) && !/^trace_f\w+_multi$/.test(attach);
}
