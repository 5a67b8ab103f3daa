import { unquotedWords } from './values.js';

/**
 * How much of a unit's settings a command gets. `all`: every one. `no-user`: all but User= and what follows from it (`!`). `none`: it
 * is started with full privileges (`+`).
 */
export type CommandExtent = 'all' | 'no-user' | 'none';

/**
 * The extent of a command line of ExecStart=; undefined where systemd ignores the line; `refused` where it refuses the unit.
 * Source: systemd 262, src/core/load-fragment.c: config_parse_exec().
 */
export function commandExtent(text: string): CommandExtent | 'refused' | undefined {
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
  if (seen.has('|') || isExecutablePath(first.slice(start))) return extent;
  return seen.has('-') ? undefined : 'refused';
}

/** An absolute path of a file, or a name that is looked for. Specifiers are left open. */
function isExecutablePath(path: string): boolean {
  if (path.includes('%')) return true;
  const hasControl = [...path].some((unit) => unit < ' ' || unit === '\x7f');
  if (path === '' || hasControl || /(?:^|\/)\.{0,2}$/.test(path)) return false;
  return path.startsWith('/') ? !/(?:^|\/)\.\.(?:\/|$)/.test(path) : !path.includes('/');
}
