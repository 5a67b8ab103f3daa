import type { Superblock } from '../kernel/bpffs.js';
import type { FileBody } from '../kernel/files.js';

/** How a descriptor of a kind is put in place: nothing there, or a file, opened for use or O_PATH. */
export type Placed = { readonly body: FileBody; readonly opath: boolean } | null;

/**
 * What a recording's `fd_kind` is. The format leaves the list open, so the words of a name decide: whatever is bpffs
 * without a subdirectory in its name is a root, bind mounts of it too.
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
