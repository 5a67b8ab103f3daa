import {
  canonicalColumn,
  REQUEST_COLUMNS,
  REQUIRED_COLUMNS,
  type RequestColumn,
  VERDICT_COLUMNS,
} from '../request_table.js';
import type { RowDiagnostics } from './row_diagnostics.js';

/** Instead of a place in REQUEST_COLUMNS: no request has such a column. */
export const IGNORED = -1;

/** What makes columns none of a request table. */
export type HeaderFault = 'twice' | 'missing';

/**
 * Which of REQUEST_COLUMNS each column of a table is, by its name, or IGNORED. Unknown names are recorded in `problems`.
 * Throws what `refuse` makes of the first column that is there twice, or that every request needs and is missing.
 */
export function headerColumns(
  names: readonly string[],
  problems: RowDiagnostics,
  refuse: (fault: HeaderFault, column: RequestColumn) => Error,
): number[] {
  const columns = names.map((name) => {
    const canonical = canonicalColumn(name);
    const column = (REQUEST_COLUMNS as readonly string[]).indexOf(canonical);
    const isExpected = column !== IGNORED || (VERDICT_COLUMNS as readonly string[]).includes(canonical);
    if (!isExpected) problems.addUnknownColumn(name, canonical);
    return column;
  });
  REQUEST_COLUMNS.forEach((name, column) => {
    if (columns.indexOf(column) !== columns.lastIndexOf(column)) throw refuse('twice', name);
  });
  for (const name of REQUIRED_COLUMNS) {
    if (!columns.includes(REQUEST_COLUMNS.indexOf(name))) throw refuse('missing', name);
  }
  return columns;
}
