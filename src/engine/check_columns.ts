import { ColumnLengthError, ColumnTypeError } from '../errors.js';
import type { Columns } from './columns.js';

/** What kind of array each column is. */
const KINDS = [
  ['task', 'Uint16Array'],
  ['token', 'Uint16Array'],
  ['cmd', 'Uint8Array'],
  ['type', 'Uint8Array'],
  ['attachType', 'Uint8Array'],
  ['insnCnt', 'Uint32Array'],
  ['pre', 'Uint8Array'],
] as const;

/**
 * Throws a ColumnTypeError for a column that is missing or whose elements are of another kind, and a ColumnLengthError
 * for one that is not as long as `out`. insnCnt and pre may be missing.
 */
export function checkColumns(columns: Columns, out: Uint8Array): void {
  if (kindOf(out) !== 'Uint8Array') throw new ColumnTypeError('out', kindOf(out), 'Uint8Array');
  for (const [name, kind] of KINDS) {
    const column = columns[name];
    if (column === undefined && (name === 'insnCnt' || name === 'pre')) continue;
    const given = kindOf(column);
    if (given !== kind) throw new ColumnTypeError(name, given, kind);
    const rows = (column as NonNullable<typeof column>).length;
    if (rows !== out.length) throw new ColumnLengthError(name, rows, out.length);
  }
}

/** `Uint16Array`, of any realm (Buffer is a Uint8Array); the type's name for what is no typed array. */
function kindOf(value: unknown): string {
  const isView = ArrayBuffer.isView(value) && Symbol.toStringTag in value;
  return isView ? String(value[Symbol.toStringTag]) : Array.isArray(value) ? 'Array' : typeof value;
}
