/** Flags of a superblock that options of any file system set. */
export type SbFlag = 'ro' | 'sync' | 'dirsync' | 'mand' | 'lazytime';

const SETS: Readonly<Record<string, SbFlag>> = {
  dirsync: 'dirsync',
  lazytime: 'lazytime',
  mand: 'mand',
  ro: 'ro',
  sync: 'sync',
};
const CLEARS: Readonly<Record<string, SbFlag>> = { async: 'sync', nolazytime: 'lazytime', nomand: 'mand', rw: 'ro' };
/** In the order mountinfo shows them. */
const SHOWN: readonly SbFlag[] = ['sync', 'dirsync', 'mand', 'lazytime'];

/** Whether a key was such a flag, whatever its value; sets or clears it. Source: fs/fs_context.c: vfs_parse_sb_flag(). */
export function parseSbFlag(flags: Set<SbFlag>, key: string): boolean {
  if (Object.hasOwn(SETS, key)) flags.add(SETS[key] as SbFlag);
  else if (Object.hasOwn(CLEARS, key)) flags.delete(CLEARS[key] as SbFlag);
  else return false;
  return true;
}

/** `rw`, `ro,sync`: Source: fs/proc_namespace.c: show_mountinfo(), show_sb_opts(). */
export function sbFlagsShown(flags: ReadonlySet<SbFlag> = new Set()): string {
  return [flags.has('ro') ? 'ro' : 'rw', ...SHOWN.filter((flag) => flags.has(flag))].join(',');
}
