import { MASK_ANY } from '../abi/bpf.js';
import { CAP_SYS_ADMIN } from '../abi/capabilities.js';
import { ERRNO } from '../abi/errno.js';
import { type Cred, capable, nsCapable } from './capability.js';
import { NO_DENIALS, type TokenDenials } from './denials.js';
import { MASK_NAMES, type MaskName } from './masks.js';
import { type BpffsOptions, DEFAULT_MODE, kstrtou64, parseDelegateMask, showOptions } from './mount_options.js';
import type { Profile } from './profile.js';
import { parseSbFlag, type SbFlag, sbFlagsShown } from './sb_flags.js';
import type { Trace } from './trace.js';
import { hasMapping, toGlobalId, type UserNamespace } from './userns.js';

/** A bpffs instance. It belongs to the user namespace of the task that opened its context. */
export interface Superblock {
  readonly userns: UserNamespace;
  readonly options: BpffsOptions;
  /** Denials an LSM attaches to tokens made from here. */
  readonly tokenDenials: TokenDenials;
  /** The errno with which an LSM refuses to make tokens from here; 0 for none. */
  readonly lsmCreateErrno: number;
  /** The domain of the process that created it (SELinux: creator_sid), by index; unconfined where it is not given. */
  readonly creator?: number;
  /** Flags any file system has; none where it is not given. */
  readonly flags?: ReadonlySet<SbFlag>;
  /** What mountinfo shows as the source; null where none was set. */
  readonly source?: string | null;
}

/** How far a context has come (include/linux/fs_context.h: enum fs_context_phase). */
type Phase = 'create_params' | 'awaiting_mount' | 'reconf_params' | 'failed';

/** struct fs_context of a bpffs. */
export interface FsContext {
  readonly userns: UserNamespace;
  phase: Phase;
  /** What fsconfig() has set so far; after the mount a copy that changes nothing. */
  options: BpffsOptions;
  readonly flags: Set<SbFlag>;
  source: string | null;
  sb: Superblock | null;
}

/** Longest key or value fsconfig() copies, its terminating zero included (fs/fsopen.c: strndup_user(_, 256)). */
const PARAMETER_SIZE = 256;

function emptyOptions(cred: Cred): BpffsOptions {
  return {
    uid: cred.euid,
    gid: cred.egid,
    mode: DEFAULT_MODE,
    delegate: { cmds: 0n, maps: 0n, progs: 0n, attachs: 0n },
  };
}

/**
 * fsopen("bpf"): a context in the caller's user namespace, or -EPERM.
 * `mountNs` is the user namespace that owns the caller's mount namespace.
 * Source: fs/fsopen.c: fsopen(), fs/namespace.c: may_mount(), kernel/bpf/inode.c: bpf_init_fs_context().
 */
export function fsopen(cred: Cred, mountNs: UserNamespace, trace?: Trace): FsContext | number {
  const may = nsCapable(cred, mountNs, CAP_SYS_ADMIN, trace);
  trace?.step('may_mount', may, () => `CAP_SYS_ADMIN over the mount namespace, which belongs to ${mountNs.name}`);
  if (!may) return -ERRNO.EPERM;
  return contextFor(cred);
}

/** Source: fs/fs_context.c: fs_context_for_mount(). */
function contextFor(cred: Cred): FsContext {
  return {
    userns: cred.userns,
    phase: 'create_params',
    options: emptyOptions(cred),
    flags: new Set(),
    source: null,
    sb: null,
  };
}

/**
 * fsconfig(FSCONFIG_SET_STRING): 0 or a negated errno. An unknown key is ignored.
 * Source: fs/fsopen.c: vfs_fsconfig_locked(), kernel/bpf/inode.c: bpf_parse_param().
 */
export function fsconfigSetString(
  profile: Profile,
  fc: FsContext,
  cred: Cred,
  key: string,
  value: string,
  trace?: Trace,
): number {
  return value.length >= PARAMETER_SIZE ? -ERRNO.EINVAL : fsconfigSet(profile, fc, cred, key, value, trace);
}

/** fsconfig(FSCONFIG_SET_FLAG): 0 or a negated errno. No option of bpffs is a flag. */
export function fsconfigSetFlag(profile: Profile, fc: FsContext, cred: Cred, key: string, trace?: Trace): number {
  return fsconfigSet(profile, fc, cred, key, null, trace);
}

function fsconfigSet(
  profile: Profile,
  fc: FsContext,
  cred: Cred,
  key: string,
  value: string | null,
  trace?: Trace,
): number {
  if (key.length >= PARAMETER_SIZE) return -ERRNO.EINVAL;
  if (fc.phase !== 'create_params' && fc.phase !== 'reconf_params') {
    trace?.step('vfs_fsconfig_locked', false, () => 'the instance is already made: options come too late');
    return -ERRNO.EBUSY;
  }
  return parseParam(profile, fc, cred, key, value, trace);
}

/** The keys bpffs has options of (bpf_fs_parameters[]). */
function isOption(profile: Profile, key: string): boolean {
  if (key === 'uid' || key === 'gid') return profile.rules.bpffs_uid_gid;
  return key === 'mode' || MASK_NAMES.some((name) => key === `delegate_${name}`);
}

/**
 * One option, a null value for a flag: 0 or a negated errno.
 * Source: fs/fs_context.c: vfs_parse_fs_param(), kernel/bpf/inode.c: bpf_parse_param().
 */
function parseParam(
  profile: Profile,
  fc: FsContext,
  cred: Cred,
  key: string,
  value: string | null,
  trace?: Trace,
): number {
  if (parseSbFlag(fc.flags, key)) return 0;
  if (value === null) return isOption(profile, key) || key === 'source' ? -ERRNO.EINVAL : 0;
  const { options } = fc;
  const mask = MASK_NAMES.find((name) => key === `delegate_${name}`);
  if (mask) return setMask(profile, options, cred, mask, value, trace);
  switch (key) {
    case 'source':
      if (fc.source !== null) {
        trace?.step('vfs_parse_fs_param_source', false, () => 'a source is set already');
        return -ERRNO.EINVAL;
      }
      fc.source = value;
      return 0;
    case 'mode': {
      const mode = parseOctal(value);
      if (mode === undefined) return -ERRNO.EINVAL;
      options.mode = mode & 0o7777;
      return 0;
    }
    case 'uid':
    case 'gid': {
      if (!profile.rules.bpffs_uid_gid) return 0;
      const id = parseU32(value);
      const [own, target] =
        key === 'uid' ? [cred.userns.uidMap, fc.userns.uidMap] : [cred.userns.gidMap, fc.userns.gidMap];
      const global = id === undefined ? undefined : toGlobalId(own, id);
      if (global === undefined || !hasMapping(target, global)) {
        trace?.step('bpf_parse_param', false, () => `${key}=${value} has no mapping in ${fc.userns.name}`);
        return -ERRNO.EINVAL;
      }
      options[key] = global;
      return 0;
    }
    default:
      return 0;
  }
}

function setMask(
  profile: Profile,
  options: BpffsOptions,
  cred: Cred,
  mask: MaskName,
  value: string,
  trace?: Trace,
): number {
  const bits = parseDelegateMask(profile, mask, value);
  if (typeof bits === 'number') {
    trace?.step('bpf_parse_param', false, () => `delegate_${mask}=${value} is not a list this kernel can read`);
    return bits;
  }
  if (bits !== 0n && !capable(cred, CAP_SYS_ADMIN, trace)) {
    trace?.step('bpf_parse_param', false, () => `setting delegate_${mask} needs CAP_SYS_ADMIN in the initial userns`);
    return -ERRNO.EPERM;
  }
  options.delegate[mask] |= bits & MASK_ANY;
  return 0;
}

/** An unsigned 32-bit number in octal, or undefined (fs/fs_parser.c: fsparam_u32oct). */
function parseOctal(text: string): number | undefined {
  const digits = /^\+?([0-7]+)\n?$/.exec(text)?.[1];
  return digits === undefined ? undefined : parseU32(`0${digits}`);
}

/** An unsigned 32-bit number in C notation, or undefined (fs/fs_parser.c: fs_param_is_u32()). */
function parseU32(text: string): number | undefined {
  const value = kstrtou64(text);
  return typeof value === 'bigint' && value <= 0xffff_ffffn ? Number(value) : undefined;
}

/**
 * fsconfig(FSCONFIG_CMD_CREATE): 0 or a negated errno. A refused instance leaves the context of no further use.
 * Source: fs/fsopen.c: vfs_cmd_create(), fs/super.c: mount_capable(), kernel/bpf/inode.c: bpf_fill_super().
 */
export function fsconfigCreate(
  fc: FsContext,
  cred: Cred,
  lsm: { tokenDenials?: TokenDenials; createErrno?: number } = {},
  trace?: Trace,
): number {
  if (fc.phase !== 'create_params') return -ERRNO.EBUSY;
  if (!nsCapable(cred, fc.userns, CAP_SYS_ADMIN, trace)) {
    trace?.step('mount_capable', false, () => `CAP_SYS_ADMIN is needed in ${fc.userns.name}`);
    return -ERRNO.EPERM;
  }
  if (!fc.userns.isInitial && !capable(cred, CAP_SYS_ADMIN, trace)) {
    trace?.step('bpf_fill_super', false, () => 'an instance of another userns needs CAP_SYS_ADMIN in the initial one');
    fc.phase = 'failed';
    return -ERRNO.EPERM;
  }
  const options = { ...fc.options, mode: fc.options.mode | 0o1000, delegate: { ...fc.options.delegate } };
  fc.sb = {
    userns: fc.userns,
    options,
    tokenDenials: lsm.tokenDenials ?? NO_DENIALS,
    lsmCreateErrno: lsm.createErrno ?? 0,
    creator: cred.label?.domain ?? 0,
    flags: new Set(fc.flags),
    source: fc.source,
  };
  fc.phase = 'awaiting_mount';
  return 0;
}

/**
 * fsmount(): the mounted instance, or a negated errno.
 * Source: fs/namespace.c: fsmount(). Afterwards the context only reconfigures, which changes nothing on a bpffs.
 */
export function fsmount(fc: FsContext, cred: Cred, mountNs: UserNamespace, trace?: Trace): Superblock | number {
  if (!nsCapable(cred, mountNs, CAP_SYS_ADMIN, trace)) return -ERRNO.EPERM;
  if (!fc.sb) return -ERRNO.EINVAL;
  if (fc.phase !== 'awaiting_mount') return -ERRNO.EBUSY;
  fc.phase = 'reconf_params';
  fc.options = emptyOptions(cred);
  fc.source = null;
  return fc.sb;
}

/**
 * mount(2) of type bpf: the mounted instance, or a negated errno. All options are read before the permission to mount is checked.
 * Source: fs/namespace.c: path_mount(), do_new_mount(); fs/fs_context.c: vfs_parse_monolithic_sep().
 */
export function mount(
  profile: Profile,
  cred: Cred,
  mountNs: UserNamespace,
  { source, data }: { readonly source: string; readonly data: string },
  trace?: Trace,
): Superblock | number {
  if (!nsCapable(cred, mountNs, CAP_SYS_ADMIN, trace)) return -ERRNO.EPERM;
  const fc = contextFor(cred);
  fc.source = source;
  for (const option of data.split(',')) {
    const at = option.indexOf('=');
    if (option === '' || at === 0) continue;
    const [key, value] = at === -1 ? [option, null] : [option.slice(0, at), option.slice(at + 1)];
    const bad = parseParam(profile, fc, cred, key, value, trace);
    if (bad) return bad;
  }
  return fsconfigCreate(fc, cred, {}, trace) || (fc.sb as Superblock);
}

/** fsconfig(FSCONFIG_CMD_RECONFIGURE): 0, and no option of the instance changes; or a negated errno (vfs_cmd_reconfigure()). */
export function fsconfigReconfigure(fc: FsContext, cred: Cred, trace?: Trace): number {
  if (fc.phase !== 'reconf_params') return -ERRNO.EBUSY;
  if (nsCapable(cred, fc.userns, CAP_SYS_ADMIN, trace)) return 0;
  fc.phase = 'failed';
  return -ERRNO.EPERM;
}

/** The super options mountinfo shows: `rw,delegate_cmds=prog_load`. Source: fs/proc_namespace.c: show_mountinfo(). */
export function showSuperOptions(profile: Profile, sb: Superblock): string {
  const own = showOptions(profile, sb.options);
  return own === '' ? sbFlagsShown(sb.flags) : `${sbFlagsShown(sb.flags)},${own}`;
}
