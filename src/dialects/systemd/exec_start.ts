import { replaceSpecifiers } from './specifiers.js';
import { isSafe, unquotedWords } from './values.js';

/**
 * How much of a unit's settings a command gets. `all`: every one. `no-user`: all but User= and what follows from it (`!`). `none`: it
 * is started with full privileges (`+`).
 */
export type CommandExtent = 'all' | 'no-user' | 'none';

/**
 * The extent of a command line of ExecStart=; undefined where systemd ignores the line; `refused` where it refuses the unit.
 * Source: systemd 262, src/core/load-fragment.c: config_parse_exec().
 */
export function commandExtent(text: string, isInstance: boolean): CommandExtent | 'refused' | undefined {
  const [first = ''] = unquotedWords(text);
  const seen = new Set<string>();
  let extent: CommandExtent = 'all';
  let isOldAmbient = false;
  let start = 0;
  for (; start < first.length; start++) {
    const unit = first[start] as string;
    if (/[-@:|]/.test(unit) && !seen.has(unit)) seen.add(unit);
    else if (unit === '+' && extent === 'all' && !isOldAmbient) extent = 'none';
    else if (unit === '!' && extent === 'all' && !isOldAmbient) extent = 'no-user';
    else if (unit === '!' && extent === 'no-user') {
      // `!!` did something else before 258, and does nothing now.
      extent = 'all';
      isOldAmbient = true;
    } else break;
  }
  if (seen.has('|') || isExecutablePath(first.slice(start), isInstance)) return extent;
  return seen.has('-') ? undefined : 'refused';
}

/** An absolute path of a file, or a name that is looked for. */
function isExecutablePath(text: string, isInstance: boolean): boolean {
  const path = replaceSpecifiers(text, isInstance);
  if (path === undefined || path === '' || !isSafe(path) || /(?:^|\/)\.{0,2}$/.test(path)) return false;
  // What a specifier stands for at the start is not known.
  if (/^%[^%]/.test(text)) return true;
  return path.startsWith('/') || !path.includes('/');
}
