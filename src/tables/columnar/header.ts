import { REQUEST_COLUMNS, RequestTableError } from '../request_table.js';
import { headerColumns } from '../rows/header.js';
import { type RowDiagnostics, truncated } from '../rows/row_diagnostics.js';

/**
 * Which of the columns of a file is each of REQUEST_COLUMNS; -1 for one it does not have. Columns no request has are noted
 * in `problems`. Throws a RequestTableError for a table without a task or a command, and for one that has a column twice.
 */
export function findColumns(file: string, names: readonly string[], problems: RowDiagnostics): number[] {
  const columns = headerColumns(names, problems, (fault, column) => {
    const has = names.length === 0 ? 'it has none' : `it has ${truncated(names.join(', '))}`;
    const reason =
      fault === 'twice' ? `the table has two columns named ${column}` : `the table has no ${column} column: ${has}`;
    return new RequestTableError(file, undefined, column, reason);
  });
  return REQUEST_COLUMNS.map((_, place) => columns.indexOf(place));
}
