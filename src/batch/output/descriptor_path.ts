import { readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';

const MAX_LINKS = 40;

/**
 * The descriptor of this process that a path stands for: 1 for /dev/stdout, /dev/fd/1 and links to them. Undefined for
 * every other path.
 */
export function descriptorOf(path: string): number | undefined {
  let at = path;
  try {
    for (let links = 0; links < MAX_LINKS; links++) {
      const folder = realpathSync(dirname(at));
      if (folder === `/proc/${process.pid}/fd` || folder === '/dev/fd') return Number(basename(at));
      const next = readlinkSync(at);
      at = isAbsolute(next) ? next : `${dirname(at)}/${next}`;
    }
  } catch {
    // It is no link, or not there.
  }
  return undefined;
}
