import { DataType, type Field, type Schema, Type, UnionMode } from 'apache-arrow';
import type { CellType, NumberType, TextType } from '../columnar/cells.js';
import { findColumns } from '../columnar/header.js';
import { REQUEST_COLUMNS, RequestTableError } from '../request_table.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';

/** A column in the lists of a record batch: which of its nodes is the column's, and which of its buffers is its first. */
export interface ColumnPlace {
  readonly type: CellType;
  readonly node: number;
  readonly buffer: number;
  /** Columns of views before it: each has some buffers more, which a batch counts. */
  readonly views: number;
}

/** What a schema says of the request columns. */
export interface TableLayout {
  /** By place in REQUEST_COLUMNS; undefined for a column the table does not have. */
  readonly columns: readonly (ColumnPlace | undefined)[];
  /** What the dictionaries of these columns hold, by number. */
  readonly dictionaries: ReadonlyMap<number, NumberType | TextType>;
}

/** Nodes, buffers and columns of views that were passed so far. */
interface Passed {
  node: number;
  buffer: number;
  views: number;
}

/**
 * Finds the request columns in a schema. Throws a RequestTableError for a table that lacks one, has one twice, or has one of
 * a type that requests cannot be read from.
 */
export function layOut(file: string, schema: Schema, problems: RowDiagnostics): TableLayout {
  const { fields } = schema;
  const passed: Passed = { node: 0, buffer: 0, views: 0 };
  const places = fields.map(({ type }) => {
    const place = { ...passed };
    pass(type, passed);
    return place;
  });
  const names = fields.map(({ name }) => name);
  const dictionaries = new Map<number, NumberType | TextType>();
  const columns = findColumns(file, names, problems).map((at, i) => {
    if (at === -1) return undefined;
    const { type } = fields[at] as Field;
    const cells = cellType(type);
    if (!cells) {
      const name = REQUEST_COLUMNS[i] as string;
      const wanted = 'integers, utf8, or a dictionary of either';
      throw new RequestTableError(file, undefined, name, `column ${name} is ${type}: ${wanted} can be read`);
    }
    if (DataType.isDictionary(type)) dictionaries.set(type.id, plainType(type.dictionary) as NumberType | TextType);
    return { type: cells, ...(places[at] as Passed) };
  });
  // Columns of nulls have no bytes, which say how many rows there are.
  if (columns.every((place) => !place || place.type.kind === 'nothing')) {
    throw new RequestTableError(
      file,
      undefined,
      undefined,
      'all its request columns are of type null: no row says anything',
    );
  }
  return { columns, dictionaries };
}

/** What cells of a type are; undefined for a type that cannot be read. */
function cellType(type: DataType): CellType | undefined {
  if (DataType.isNull(type)) return { kind: 'nothing' };
  if (!DataType.isDictionary(type)) return plainType(type);
  const index = plainType(type.indices);
  if (!plainType(type.dictionary) || index?.kind !== 'numbers') return undefined;
  return { kind: 'dictionary', index, dictionary: type.id };
}

function plainType(type: DataType): NumberType | TextType | undefined {
  if (DataType.isUtf8(type)) return { kind: 'texts', offsetBytes: 4 };
  if (DataType.isLargeUtf8(type)) return { kind: 'texts', offsetBytes: 8 };
  if (!DataType.isInt(type) || ![8, 16, 32, 64].includes(type.bitWidth)) return undefined;
  return { kind: 'numbers', bytes: (type.bitWidth / 8) as NumberType['bytes'], isSigned: type.isSigned };
}

/** Passes the nodes and buffers of a column. */
function pass(type: DataType, passed: Passed): void {
  passed.node += 1;
  passed.buffer += buffersOf(type);
  if (type.typeId === Type.Utf8View || type.typeId === Type.BinaryView) passed.views += 1;
  if (DataType.isDictionary(type)) return;
  for (const child of type.children ?? []) pass(child.type, passed);
}

/** Buffers of a type besides those of its children, and those of views that are counted by batch. */
function buffersOf(type: DataType): number {
  switch (type.typeId) {
    case Type.Null:
      return 0;
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Binary:
    case Type.LargeBinary:
      return 3;
    case Type.Struct:
    case Type.FixedSizeList:
      return 1;
    case Type.Union:
    case Type.DenseUnion:
    case Type.SparseUnion:
      return (type as { mode?: UnionMode }).mode === UnionMode.Dense ? 2 : 1;
    default:
      return 2;
  }
}
