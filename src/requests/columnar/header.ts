import { type Problems, shown } from '../problems.js';
import { canonicalColumn, REQUEST_COLUMNS, REQUIRED_COLUMNS, RequestTableError, VERDICT_COLUMNS } from '../table.js';

/**
 * Which of the columns of a file is each of REQUEST_COLUMNS; -1 for one it does not have. Columns no request has are noted
 * in `problems`. Throws a RequestTableError for a table without a task or a command, and for one that has a column twice.
 */
export function findColumns(file: string, names: readonly string[], problems: Problems): number[] {
  const canonical = names.map(canonicalColumn);
  canonical.forEach((name, i) => {
    const isExpected = [...REQUEST_COLUMNS, ...VERDICT_COLUMNS].some((known) => known === name);
    if (!isExpected) problems.addUnknownColumn(names[i] as string, name);
  });
  for (const name of REQUEST_COLUMNS) {
    if (canonical.indexOf(name) === canonical.lastIndexOf(name)) continue;
    throw new RequestTableError(file, undefined, name, `the table has two columns named ${name}`);
  }
  for (const name of REQUIRED_COLUMNS) {
    if (canonical.includes(name)) continue;
    const has = names.length === 0 ? 'it has none' : `it has ${shown(names.join(', '))}`;
    throw new RequestTableError(file, undefined, name, `the table has no ${name} column: ${has}`);
  }
  return REQUEST_COLUMNS.map((name) => canonical.indexOf(name));
}
