import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';

/** Links that a path may go through, as in Linux. */
const MAX_LINKS = 40;

/**
 * The path of the file that `path` leads to through symbolic links, whether it is there or not. Paths are joined as texts:
 * `..` after a link is left to the system. Throws the system's error (ELOOP).
 */
export function targetOf(path: string): string {
  let target = path;
  for (let links = 0; lstatOf(target)?.isSymbolicLink(); links++) {
    if (links === MAX_LINKS) throw systemError('ELOOP', 'too many symbolic links');
    const next = readlinkSync(target);
    target = isAbsolute(next) ? next : `${dirname(target)}/${next}`;
  }
  return target;
}

/** What is at a path itself, a link or not; undefined for nothing. */
export function lstatOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

export function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
