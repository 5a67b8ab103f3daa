import { ColumnLengthError, ColumnMemoryError, ColumnTypeError, InvalidArgumentError } from '../errors.js';
import { describeGiven } from '../kernel/field_fault.js';
import { isObject } from '../kernel/ranges.js';
import type { Columns } from './columns.js';
import { liesInTables } from './evaluator_memory.js';

/** The array type of each column. */
const ENUM_KINDS = [
  ['task', 'Uint16Array'],
  ['token', 'Uint16Array'],
  ['cmd', 'Uint8Array'],
  ['type', 'Uint8Array'],
  ['attachType', 'Uint8Array'],
  ['insnCnt', 'Uint32Array'],
  ['pre', 'Uint8Array'],
  ['program', 'Uint16Array'],
] as const;
const OPTIONAL: ReadonlySet<string> = new Set(['insnCnt', 'pre', 'program']);

/**
 * Throws a ColumnTypeError for a column that is missing or of another array type, and a ColumnLengthError for one that is not
 * as long as `out`. insnCnt, pre and program may be missing. Returns the number of rows.
 */
export function checkColumns(columns: Columns, out: Uint8Array): number {
  if (!isObject(columns)) {
    const given = describeGiven(columns);
    throw new InvalidArgumentError('columns', `columns must be an object of typed arrays, got ${given}`);
  }
  if (kindOf(out) !== 'Uint8Array') throw new ColumnTypeError('out', kindOf(out), 'Uint8Array');
  const rows = out.length;
  for (const [name, kind] of ENUM_KINDS) {
    const column = columns[name];
    if (column === undefined && OPTIONAL.has(name)) continue;
    const given = kindOf(column);
    if (given !== kind) throw new ColumnTypeError(name, given, kind);
    const { length } = column as NonNullable<typeof column>;
    if (length !== rows) throw new ColumnLengthError(name, length, rows);
  }
  return rows;
}

/** The same of what is withheld: as long as `out`. */
export function checkWithheld(withheld: Uint8Array, rows: number): void {
  if (kindOf(withheld) !== 'Uint8Array') throw new ColumnTypeError('withheld', kindOf(withheld), 'Uint8Array');
  if (withheld.length !== rows) throw new ColumnLengthError('withheld', withheld.length, rows);
}

/**
 * Throws a ColumnMemoryError where `out` overlaps a column, or where either overlaps an evaluator's tables or workspaces.
 * Columns may overlap each other: they are only read. For columns that passed checkColumns() and are not resident.
 */
export function checkColumnMemory(columns: Columns, out: Uint8Array): void {
  const { buffer } = out;
  if (liesInTables(buffer, out)) throw inTables('out');
  for (const [name] of ENUM_KINDS) {
    const column = columns[name];
    if (column === undefined) continue;
    // Comparing buffers first: reading offset and length of a view takes as long again.
    const { buffer: read } = column;
    if (read === buffer && overlaps(column, out)) throw overlapError(name);
    if (liesInTables(read, column)) throw inTables(name);
  }
}

/** Whether two views of one buffer have a byte in common. */
function overlaps(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return one.byteOffset < other.byteOffset + other.byteLength && other.byteOffset < one.byteOffset + one.byteLength;
}

/** The error of an `out` that overlaps a column. */
export function overlapError(column: string): ColumnMemoryError {
  return new ColumnMemoryError('out', `out must not overlap a column; it overlaps ${column}`);
}

function inTables(column: string): ColumnMemoryError {
  const expected =
    'a view of what its createColumns() or createVerdicts() returned, or of memory of your own, is expected';
  return new ColumnMemoryError(column, `${column} lies in an evaluator's tables: ${expected}`);
}

/** `Uint16Array` of any realm (Buffer is a Uint8Array); the name of the type for other values. */
export function kindOf(value: unknown): string {
  const isView = ArrayBuffer.isView(value) && Symbol.toStringTag in value;
  return isView ? String(value[Symbol.toStringTag]) : Array.isArray(value) ? 'Array' : typeof value;
}
