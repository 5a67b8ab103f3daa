import type { Masks } from '../kernel/masks.js';
import type { FdName, Sequence, SystemCall } from './system_call.js';

/** Who mounts a bpffs that delegates, and what. */
export interface MountSteps {
  /** A task in the user namespace that the bpffs is for, with CAP_SYS_ADMIN there: the instance belongs to that namespace. */
  readonly opener: string;
  /** A task with CAP_SYS_ADMIN in the initial user namespace: only it may set delegate_*. */
  readonly delegator: string;
  /** Options in order: `['delegate_cmds', 'prog_load']`. */
  readonly options: readonly (readonly [key: string, value: string])[];
  readonly lsmErrno?: number;
}

/** The descriptors of mountSequence(): the context, the mount (O_PATH), and its root, opened for use. */
export const FS_CONTEXT: FdName = 'fs_context';
export const BPFFS_MOUNT: FdName = 'bpffs_mount';
export const BPFFS_ROOT: FdName = 'bpffs_root';
export const TOKEN_FD: FdName = 'token';

/**
 * Mounts a bpffs that delegates, as a container manager does: opened inside the user namespace, its options set and the
 * instance created from outside, mounted inside. Source: kernel/bpf/inode.c: bpf_fs_parse_param(), bpf_fill_super().
 */
export function mountSequence({ opener, delegator, options, lsmErrno = 0 }: MountSteps): Sequence {
  return [
    { by: opener, call: 'fsopen', returns: FS_CONTEXT },
    ...options.map(
      ([key, value]): SystemCall => ({ by: delegator, call: 'fsconfig_set_string', fd: FS_CONTEXT, key, value }),
    ),
    { by: delegator, call: 'fsconfig_create', fd: FS_CONTEXT, lsmErrno },
    { by: opener, call: 'fsmount', fd: FS_CONTEXT, returns: BPFFS_MOUNT },
    { by: opener, call: 'openat', dirfd: BPFFS_MOUNT, path: '.', returns: BPFFS_ROOT },
  ];
}

/** Makes a token of a mounted bpffs. `creator` has CAP_BPF in the user namespace of the bpffs, and is in it. */
export function tokenSequence(creator: string, narrow?: Partial<Masks>): Sequence {
  return [
    { by: creator, call: 'bpf_token_create', bpffs: BPFFS_ROOT, ...(narrow ? { narrow } : {}), returns: TOKEN_FD },
  ];
}
