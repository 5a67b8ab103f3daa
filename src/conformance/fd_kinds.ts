import type { Superblock } from '../kernel/bpffs.js';
import type { FileBody } from '../kernel/files.js';

/** The descriptor of a kind: closed, or a file, opened for use or with O_PATH. */
export type Placed = { readonly body: FileBody; readonly opath: boolean } | null;

/**
 * The descriptor for a recording's `fd_kind`. The format does not fix the list of kinds, so the words in the name decide: a
 * bpffs kind without a subdirectory in its name is a root, bind mounts included.
 */
export function fdOfKind(kind: string, sb: Superblock | null): Placed {
  if (/closed|negative|unopened/.test(kind)) return null;
  // Descriptors of mounts, by fsmount() and open_tree(), are O_PATH.
  const opath = /opath|mount_fd|open_tree/.test(kind);
  if (sb && (opath || /bpffs/.test(kind))) {
    return { body: { kind: 'bpffs', sb, isRoot: !/sub|file|pinned/.test(kind) }, opath };
  }
  return { body: { kind: 'other', what: kind }, opath };
}
