import { BpfTokenSimError } from '../errors.js';
import type { RowDiagnostic } from '../tables/rows/row_diagnostics.js';
import { printable } from '../text/printable.js';

/** A file that could not be read or written, in words a person can act on; the system's error is the cause. */
export class BatchFileError extends BpfTokenSimError {
  override readonly name = 'BatchFileError';
  override readonly code = 'FILE';
  readonly path: string;
  readonly #action: 'read' | 'write';

  /** `more` follows what the cause says. */
  constructor(action: 'read' | 'write', path: string, cause: unknown, more = '') {
    super(`cannot ${action} ${path}: ${explain(cause)}${more}`, { cause });
    this.path = path;
    this.#action = action;
  }

  /** The same where other outputs of the command are in place already. */
  butWritten(others: readonly string[]): BatchFileError {
    return new BatchFileError(this.#action, this.path, this.cause, `; ${others.join(', ')} was written`);
  }
}

/** With `strict`: a row could not be read. The batch stopped there. */
export class BadRowError extends BpfTokenSimError {
  override readonly name = 'BadRowError';
  override readonly code = 'BAD_ROW';
  readonly file: string;
  readonly problem: RowDiagnostic;

  constructor(file: string, problem: RowDiagnostic) {
    super(`${describeDiagnostic(file, problem)} (--strict stops at the first such row)`);
    this.file = file;
    this.problem = problem;
  }
}

/** `requests.csv:17: cmd: no command is called 'prog_lod'; did you mean prog_load?`, or `requests.arrow: row 17: ...` where there are no lines. */
export function describeDiagnostic(file: string, { line, row, column, message, nearest }: RowDiagnostic): string {
  const at = line === undefined ? `${file}: row ${row}` : `${file}:${line}`;
  return printable(`${at}: ${column ? `${column}: ` : ''}${message}${nearest ? `; did you mean ${nearest}?` : ''}`);
}

/** Rows are grouped by columns with too many different values; the batch is not finished. */
export class TooManyGroupsError extends BpfTokenSimError {
  override readonly name = 'TooManyGroupsError';
  override readonly code = 'TOO_MANY_GROUPS';

  /** `what` has too many different values. */
  constructor(what: string) {
    super(`cannot count rows by groups (--summary): ${what}; leave out a column, or write rows (--out)`);
  }
}

/** What went wrong with reading, for people: a system's error with its file. */
export function readError(file: string, error: unknown): unknown {
  return error instanceof BpfTokenSimError ? error : new BatchFileError('read', file, error);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EFBIG: 'the file would be too large',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ENXIO: 'there is no device behind it, or it is a socket',
};

/** The code of a system error, or undefined. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function explain(cause: unknown): string {
  const code = errorCode(cause);
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason !== undefined) return `${reason} (${code})`;
  return cause instanceof Error ? cause.message : String(cause);
}
