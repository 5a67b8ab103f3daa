import { nearestOf } from '../../names/nearest.js';
import { printable, shortened } from '../../text/printable.js';
import { REQUEST_COLUMNS, type RequestColumn } from '../request_table.js';

/** What can be wrong with a row. */
export const ROW_DIAGNOSTIC_KINDS = [
  'unknown_name',
  'no_such_task',
  'no_such_token',
  'missing_value',
  'out_of_range',
  'wrong_type',
  'field_count',
  'bad_quote',
  'bad_json',
  'not_an_object',
  'line_too_long',
  'marked_bad',
] as const;
export type RowDiagnosticKind = (typeof ROW_DIAGNOSTIC_KINDS)[number];

/** One thing wrong with one row. */
export interface RowDiagnostic {
  readonly kind: RowDiagnosticKind;
  /** 1-based line of the file; absent where the file has no lines. */
  readonly line?: number;
  /** Number of the row from 1, where the file has no lines. */
  readonly row?: number;
  /** The column it is about; absent where the whole row is. */
  readonly column?: RequestColumn;
  readonly message: string;
  /** The valid name nearest to what was written, where one is near enough to be meant. */
  readonly nearest?: string;
}

/** A column of the file that no request has. */
export interface UnknownColumn {
  readonly name: string;
  readonly nearest?: string;
}

/** Problems kept in full, and unknown columns kept; the rest is counted. */
export const MAX_KEPT_DIAGNOSTICS = 20;
const MAX_SHOWN_LENGTH = 80;

/** What was found wrong in a part of a table: plain data, which passes between threads. Lines count from the part's first. */
export type RowDiagnosticCounts = Pick<RowDiagnostics, 'first' | 'counts' | 'total' | 'rows'>;

/** Everything found wrong while a table was read. */
export class RowDiagnostics {
  /** The first ones, in the order of the file. */
  readonly first: RowDiagnostic[] = [];
  /** How many of each kind, kept or not. */
  readonly counts: Record<RowDiagnosticKind, number> = Object.fromEntries(
    ROW_DIAGNOSTIC_KINDS.map((kind) => [kind, 0]),
  ) as Record<RowDiagnosticKind, number>;
  /** Columns that were ignored, each once. */
  readonly unknownColumns: UnknownColumn[] = [];
  /** Problems of all kinds; a row can have several. */
  total = 0;
  /** Rows with at least one problem. */
  rows = 0;

  /** Counts a problem; `nearest` is only asked while problems are kept in full. */
  add(problem: Omit<RowDiagnostic, 'nearest'>, nearest?: () => string | undefined): void {
    this.total += 1;
    this.counts[problem.kind] += 1;
    if (this.first.length >= MAX_KEPT_DIAGNOSTICS) return;
    const near = nearest?.();
    const message = printable(problem.message);
    this.first.push({ ...problem, message, ...(near === undefined ? {} : { nearest: near }) });
  }

  /** What was found so far, and starts over. */
  drain(): RowDiagnosticCounts {
    const part = { first: this.first.splice(0), counts: { ...this.counts }, total: this.total, rows: this.rows };
    for (const kind of ROW_DIAGNOSTIC_KINDS) this.counts[kind] = 0;
    this.total = 0;
    this.rows = 0;
    return part;
  }

  /** Adds the problems of the next part, after the given number of lines. */
  merge(part: RowDiagnosticCounts, linesBefore = 0): void {
    this.total += part.total;
    this.rows += part.rows;
    for (const kind of ROW_DIAGNOSTIC_KINDS) this.counts[kind] += part.counts[kind];
    for (const problem of part.first.slice(0, MAX_KEPT_DIAGNOSTICS - this.first.length)) {
      this.first.push(problem.line === undefined ? problem : { ...problem, line: problem.line + linesBefore });
    }
  }

  /** Records an unknown column, with the nearest request column. */
  addUnknownColumn(name: string, canonical: string): void {
    if (this.unknownColumns.length >= MAX_KEPT_DIAGNOSTICS) return;
    const near = nearestOf(canonical, REQUEST_COLUMNS);
    this.unknownColumns.push({ name: truncated(name), ...(near === undefined ? {} : { nearest: near }) });
  }
}

/** A text from a file, short enough to be shown in a message. */
export function truncated(text: string): string {
  return shortened(text, MAX_SHOWN_LENGTH);
}
