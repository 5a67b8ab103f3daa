import { CAP_BPF, CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { Outcome } from '../abi/verdict.js';
import { type BpfAttr, checkAttr, checkLate, givenToken } from './attr.js';
import { capable } from './capability.js';
import type { KernelContext } from './context.js';
import { mapTypeCapability } from './map_types.js';
import { missingCapability, requireCapability } from './permission.js';
import type { BpfPermission } from './selinux.js';
import { selinuxObject } from './selinux_hooks.js';
import type { Task } from './task.js';
import { bpfTokenAllowCmd, bpfTokenAllowMapType } from './token_checks.js';
import type { Trace } from './trace.js';

const BPF_F_RDONLY = 1 << 3;
const BPF_F_WRONLY = 1 << 4;
const BPF_F_ZERO_SEED = 1 << 6;

/** Map types that ask CAP_SYS_ADMIN for a hash without a random seed (kernel/bpf/hashtab.c: htab_map_alloc_check()). */
const SEEDED = new Set(['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'hash_of_maps']);

/**
 * BPF_MAP_CREATE: a descriptor, or a negated errno. Attributes and the type come first, then the token, then permission.
 * Source: kernel/bpf/syscall.c: map_create() (to 7.1), map_create_alloc() (from 7.2).
 */
export function mapCreate(kernel: KernelContext, task: Task, cmd: number, attr: BpfAttr, trace?: Trace): number {
  const fn = 'map_create';
  const { profile, sysctl } = kernel;
  const { cred, files } = task;
  const type = attr.map_type ?? 0;
  const flags = attr.map_flags ?? 0;
  const badFileFlags = (flags & BPF_F_RDONLY) !== 0 && (flags & BPF_F_WRONLY) !== 0;
  const fileFlags = (): number => {
    trace?.step('bpf_get_file_flag', false, () => 'BPF_F_RDONLY and BPF_F_WRONLY exclude each other');
    return trace?.refuse(Outcome.ATTR_EINVAL, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
  };

  const bad = checkAttr(attr, fn, trace);
  if (bad) return bad;
  if (badFileFlags && !profile.rules.map_file_flags_checked_late) return fileFlags();

  const wanted = mapTypeCapability(profile.vocabulary, type);
  if (wanted === undefined) {
    trace?.step(fn, false, () => `${profile.name} has no map type ${type}`);
    return trace?.refuse(Outcome.UNKNOWN_TYPE, ERRNO.EINVAL) ?? -ERRNO.EINVAL;
  }

  if ((flags & BPF_F_ZERO_SEED) !== 0 && SEEDED.has(profile.vocabulary.nameOf('map_types', type))) {
    trace?.step(
      'htab_map_alloc_check',
      true,
      () => 'BPF_F_ZERO_SEED asks CAP_SYS_ADMIN, before any token is looked at',
    );
    if (!capable(cred, CAP_SYS_ADMIN, trace)) {
      if (trace) trace.capability = CAP_SYS_ADMIN;
      return trace?.refuse(Outcome.CAP_SYS_ADMIN_MISSING, ERRNO.EPERM) ?? -ERRNO.EPERM;
    }
  }

  const given = givenToken(profile.rules, files, { flags, fd: attr.map_token_fd ?? 0 }, trace);
  if (typeof given === 'number') return given;
  const permits =
    given !== null &&
    bpfTokenAllowCmd(kernel, cred, given, cmd, trace) &&
    bpfTokenAllowMapType(kernel, given, type, trace);
  const token = permits ? given : null;

  if (sysctl !== 0) {
    trace?.step(fn, true, () => `unprivileged_bpf_disabled is ${sysctl}: CAP_BPF is needed for every map`);
    const missing = Outcome.CAP_BPF_MISSING_UNPRIV_DISABLED;
    const denied = requireCapability(kernel, cred, token, CAP_BPF, missing, trace);
    if (denied) return denied;
  }
  if (wanted !== null) {
    const denied = requireCapability(kernel, cred, token, wanted, missingCapability(wanted), trace);
    if (denied) return denied;
  } else {
    trace?.step(fn, true, () => `map type ${profile.vocabulary.nameOf('map_types', type)} asks nothing more`);
  }
  if (badFileFlags) return fileFlags();
  const late = checkLate(attr, fn, trace);
  if (late) return late;
  const refused = selinuxObject(kernel, cred, token, { cmd: 'map_create', descriptor: descriptorAccess(flags) }, trace);
  return refused || files.open({ kind: 'map', type });
}

/** What the descriptor of the map is for. Source: kernel/bpf/syscall.c: bpf_get_file_flag(). */
function descriptorAccess(flags: number): readonly BpfPermission[] {
  if ((flags & BPF_F_RDONLY) !== 0) return ['map_read'];
  return (flags & BPF_F_WRONLY) !== 0 ? ['map_write'] : ['map_read', 'map_write'];
}
