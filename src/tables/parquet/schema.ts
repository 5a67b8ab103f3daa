import type { NumberType } from '../columnar/cells.js';
import { findColumns } from '../columnar/header.js';
import { REQUEST_COLUMNS, RequestTableError } from '../request_table.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import type { ParquetColumn } from './column_reader.js';
import type { SchemaElement } from './footer.js';

/** Annotations of bytes that are texts; bytes without any are taken for texts too. */
const TEXTS: readonly (string | undefined)[] = [undefined, 'UTF8', 'STRING', 'ENUM', 'JSON'];
const INTEGERS = /^U?INT_(8|16|32|64)$/;

/** A request column of a file, and what its file calls it. */
export interface FoundColumn {
  readonly name: string;
  readonly column: ParquetColumn;
}

/**
 * The request columns of a file with this schema. Those that are none are noted in `problems`. Throws a RequestTableError for a
 * file that is no request table.
 */
export function findRequestColumns(
  file: string,
  schema: readonly SchemaElement[],
  problems: RowDiagnostics,
): FoundColumn[] {
  const elements = topElements(schema);
  const places = findColumns(
    file,
    elements.map(({ name }) => name),
    problems,
  );
  return places.flatMap((at, place) => {
    const element = elements[at];
    if (!element) return [];
    const column = REQUEST_COLUMNS[place] as string;
    const numbers = element.type === 'BYTE_ARRAY' ? undefined : numbersOf(element);
    if (!numbers && !isTexts(element)) {
      const reason = `column ${column} is ${typeName(element)}: integers or text can be read`;
      throw new RequestTableError(file, undefined, column, reason);
    }
    const hasLevels = element.repetition_type === 'OPTIONAL';
    return [{ name: element.name, column: { place, ...(numbers ? { numbers } : {}), hasLevels } }];
  });
}

/** The children of the root, which comes first; what is below them comes after each. */
function topElements(schema: readonly SchemaElement[]): SchemaElement[] {
  const found: SchemaElement[] = [];
  for (let at = 1; at < schema.length; at = afterElement(schema, at)) found.push(schema[at] as SchemaElement);
  return found;
}

function afterElement(schema: readonly SchemaElement[], at: number): number {
  let after = at + 1;
  // Not by calling itself: how deep it goes is up to the file.
  for (let left = schema[at]?.num_children ?? 0; left > 0 && after < schema.length; after++) {
    left += (schema[after]?.num_children ?? 0) - 1;
  }
  return after;
}

function isTexts(element: SchemaElement): boolean {
  if (element.type !== 'BYTE_ARRAY' || element.repetition_type === 'REPEATED') return false;
  return TEXTS.includes(element.converted_type) && TEXTS.includes(element.logical_type?.type);
}

function numbersOf(element: SchemaElement): NumberType | undefined {
  const { type, converted_type, logical_type, repetition_type } = element;
  if ((type !== 'INT32' && type !== 'INT64') || repetition_type === 'REPEATED') return undefined;
  if (converted_type !== undefined && !INTEGERS.test(converted_type)) return undefined;
  if (logical_type !== undefined && logical_type.type !== 'INTEGER') return undefined;
  const isSigned = logical_type ? logical_type.isSigned === true : !converted_type?.startsWith('U');
  return { kind: 'numbers', bytes: type === 'INT32' ? 4 : 8, isSigned };
}

function typeName(element: SchemaElement): string {
  const { type, converted_type, logical_type, repetition_type } = element;
  if (repetition_type === 'REPEATED') return 'a list';
  if (type === undefined) return `nested (${converted_type ?? logical_type?.type ?? 'a struct'})`;
  return converted_type ?? logical_type?.type ?? type;
}
