import { pathEnd, ValueFault } from './logged_value.js';
import { wordNumber } from './numbers.js';

/** What a call returned, as the log has it. */
export interface LoggedResult {
  /** What it returned where it did not fail; null where it failed, did not return, or the log does not say. */
  readonly value: number | null;
  /** What stands behind a descriptor in angle brackets (-y). */
  readonly path: string | undefined;
  /** The name of the error: `EPERM`, `ENOTSUPP`, `errno 4095`; null where it did not fail. */
  readonly errno: string | null;
}

const NOT_KNOWN: LoggedResult = { value: null, path: undefined, errno: null };

/** ERESTARTSYS and the like: the call is made again, or its process has ended. */
const RESTARTS = /^ERESTART/;
const RESULT = / *= /y;
const WORD = /-?(?:0x[0-9a-f]{1,16}|\d{1,20})|\?/y;
const ERRNO = / ([A-Z][A-Z0-9_]{1,24})\b| \(errno (\d{1,5})\)/y;
/** Numbers that strace 6.1 has no name for where the kernel's own has one. */
const INTERNAL: Readonly<Record<string, string>> = { '524': 'ENOTSUPP', '512': 'ERESTARTSYS', '515': 'ENOIOCTLCMD' };

/** What stands behind the arguments: `= 5</p>`, `= -1 EPERM (Operation not permitted) <0.000012>`, `= ?`. Throws a ValueFault. */
export function readResult(text: string, start: number): LoggedResult {
  RESULT.lastIndex = start;
  if (!RESULT.test(text)) throw new ValueFault(start, 'the line ends before the result, or has none');
  let at = RESULT.lastIndex;
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) throw new ValueFault(at, 'the result is no number');
  at += word.length;
  if (word === '?') return NOT_KNOWN;
  const value = wordNumber(word) ?? 0;
  if (value >= 0) {
    const end = text[at] === '<' ? pathEnd(text, at + 1) : -1;
    return { value, path: end === -1 ? undefined : text.slice(at + 1, end), errno: null };
  }
  ERRNO.lastIndex = at;
  const [, name, number] = ERRNO.exec(text) ?? [];
  const errno = name ?? INTERNAL[number ?? String(-value)] ?? `errno ${number ?? -value}`;
  return RESTARTS.test(errno) ? NOT_KNOWN : { value: null, path: undefined, errno: spelled(errno) };
}

/** One name for an error that has two. */
function spelled(errno: string): string {
  return errno === 'ENOTSUP' ? 'EOPNOTSUPP' : errno;
}
