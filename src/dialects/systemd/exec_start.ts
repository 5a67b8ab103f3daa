import { execWord, skipSpace } from './exec_words.js';
import { replaceSpecifiers } from './specifiers.js';
import { isSafe } from './values.js';

/**
 * How much of a unit's settings a command gets. `all`: every one. `no-user`: all but User= and what follows from it (`!`). `none`: it
 * is started with full privileges (`+`).
 */
export type CommandExtent = 'all' | 'no-user' | 'none';

/** The commands of an assignment. */
export interface ExecCommands {
  readonly extents: readonly CommandExtent[];
  /** Why one of them is not taken, and those after it. */
  readonly bad?: { readonly kind: 'ignored' | 'refused'; readonly expected: string } | undefined;
}

const PATH = 'an absolute path, or a name without "/"';
const QUOTES = 'a quote after each quote';
const SPECIFIERS = 'specifiers that systemd knows, and %% for a percent sign,';

/**
 * The commands of ExecStart= and its like: a `;` that stands alone separates them. Each has its own marks; with `-` what is wrong
 * with a command is ignored. Source: systemd 262, src/core/load-fragment.c: config_parse_exec().
 */
export function readCommands(text: string, isInstance: boolean): ExecCommands {
  const extents: CommandExtent[] = [];
  const end = (kind: 'ignored' | 'refused', expected: string): ExecCommands => ({ extents, bad: { kind, expected } });
  let at = 0;
  for (;;) {
    const first = execWord(text, at);
    if (first === 'unbalanced') return end('ignored', QUOTES);
    if (first === undefined) return { extents };
    at = first.next;
    if (first.text === ';') continue;
    const { extent, marks, path } = readMarks(first.text);
    const kind = marks.has('-') ? 'ignored' : 'refused';
    if (!marks.has('|') && !isExecutablePath(path, isInstance)) return end(kind, PATH);
    let count = marks.has('@') && !marks.has('|') ? 0 : 1;
    let isSeparated = false;
    while (at < text.length && !isSeparated) {
      const [mark] = /^\\?;(?=[ \t\n\r]|$)/.exec(text.slice(at, at + 3)) ?? [];
      if (mark !== undefined) {
        at = skipSpace(text, at + mark.length);
        isSeparated = mark === ';';
        if (!isSeparated) count += 1;
        continue;
      }
      const word = execWord(text, at);
      if (word === 'unbalanced') return end(kind, QUOTES);
      if (word === undefined) break;
      if (replaceSpecifiers(word.text, isInstance) === undefined) return end(kind, SPECIFIERS);
      at = word.next;
      count += 1;
    }
    if (count === 0) return end(kind, 'a first argument after a path with "@"');
    extents.push(extent);
    if (!isSeparated) return { extents };
  }
}

/** The marks before a path, each once. */
function readMarks(word: string): {
  readonly extent: CommandExtent;
  readonly marks: ReadonlySet<string>;
  readonly path: string;
} {
  const marks = new Set<string>();
  let extent: CommandExtent = 'all';
  let isOldAmbient = false;
  let start = 0;
  for (; start < word.length; start++) {
    const unit = word[start] as string;
    if (/[-@:|]/.test(unit) && !marks.has(unit)) marks.add(unit);
    else if (unit === '+' && extent === 'all' && !isOldAmbient) extent = 'none';
    else if (unit === '!' && extent === 'all' && !isOldAmbient) extent = 'no-user';
    else if (unit === '!' && extent === 'no-user') {
      // `!!` did something else before 258, and does nothing now.
      extent = 'all';
      isOldAmbient = true;
    } else break;
  }
  return { extent, marks, path: word.slice(start) };
}

/** An absolute path of a file, or a name that is looked for. */
function isExecutablePath(text: string, isInstance: boolean): boolean {
  const path = replaceSpecifiers(text, isInstance);
  if (path === undefined || path === '' || !isSafe(path) || /(?:^|\/)\.{0,2}$/.test(path)) return false;
  // What a specifier stands for at the start is not known.
  if (/^%[^%]/.test(text)) return true;
  return path.startsWith('/') || !path.includes('/');
}
