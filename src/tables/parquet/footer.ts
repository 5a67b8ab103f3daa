import { CompressionCodecs, ConvertedTypes, FieldRepetitionTypes, ParquetTypes } from './private_api.js';
import { type StructValue, ThriftReader } from './thrift.js';

/** A column of a file, or what holds some of them: the root comes first, and children after what holds them. */
export interface SchemaElement {
  readonly name: string;
  /** Undefined for what holds columns. */
  readonly type: string | undefined;
  readonly repetition_type: string | undefined;
  readonly num_children: number;
  readonly converted_type: string | undefined;
  readonly logical_type: LogicalType | undefined;
}

/** What the values of a column mean; no type where that is not known. */
export interface LogicalType {
  readonly type?: string;
  /** Of integers. */
  readonly isSigned?: boolean;
}

/** Where a column of a row group lies, and how. */
export interface ColumnMetaData {
  /** The names that lead to it. */
  readonly path: readonly string[];
  /** Undefined for one that has no name. */
  readonly codec: string | undefined;
  readonly values: number;
  readonly bytes: number;
  readonly firstPage: number;
  /** 0 where there is none. */
  readonly dictionaryPage: number;
}

export interface ColumnOfGroup {
  /** The file that it lies in, where that is another one. */
  readonly file: string | undefined;
  readonly isEncrypted: boolean;
  readonly meta: ColumnMetaData | undefined;
}

export interface RowGroupMetaData {
  readonly rows: number;
  readonly columns: readonly ColumnOfGroup[];
}

/** What the end of a Parquet file says, as far as rows need it. */
export interface Footer {
  readonly schema: readonly SchemaElement[];
  readonly rowGroups: readonly RowGroupMetaData[];
}

// Names and numbers of fields as in parquet.thrift of apache/parquet-format.
const LOGICAL_TYPE = {
  STRING: [1, 'present'],
  MAP: [2, 'present'],
  LIST: [3, 'present'],
  ENUM: [4, 'present'],
  DECIMAL: [5, 'present'],
  DATE: [6, 'present'],
  TIME: [7, 'present'],
  TIMESTAMP: [8, 'present'],
  INTEGER: [10, { isSigned: [2, 'bool'] }],
  NULL: [11, 'present'],
  JSON: [12, 'present'],
  BSON: [13, 'present'],
  UUID: [14, 'present'],
  FLOAT16: [15, 'present'],
  VARIANT: [16, 'present'],
  GEOMETRY: [17, 'present'],
  GEOGRAPHY: [18, 'present'],
} as const;
const SCHEMA_ELEMENT = {
  type: [1, 'number'],
  repetition_type: [3, 'number'],
  name: [4, 'text'],
  num_children: [5, 'number'],
  converted_type: [6, 'number'],
  logicalType: [10, LOGICAL_TYPE],
} as const;
const COLUMN_META_DATA = {
  path_in_schema: [3, ['text']],
  codec: [4, 'number'],
  num_values: [5, 'number'],
  total_compressed_size: [7, 'number'],
  data_page_offset: [9, 'number'],
  dictionary_page_offset: [11, 'number'],
} as const;
const COLUMN_CHUNK = {
  file_path: [1, 'text'],
  meta_data: [3, COLUMN_META_DATA],
  crypto_metadata: [8, 'present'],
} as const;
const ROW_GROUP = { columns: [1, [COLUMN_CHUNK]], num_rows: [3, 'number'] } as const;
const FILE_META_DATA = { schema: [2, [SCHEMA_ELEMENT]], row_groups: [4, [ROW_GROUP]] } as const;

/** Reads a footer, without its length and the magic. Throws an Error in words for what is none. */
export function readFooter(bytes: Uint8Array): Footer {
  const { schema, row_groups } = new ThriftReader(bytes).struct(FILE_META_DATA);
  if (!schema) throw new Error('it has no schema');
  return { schema: schema.map(schemaElement), rowGroups: (row_groups ?? []).map(rowGroup) };
}

function schemaElement(element: StructValue<typeof SCHEMA_ELEMENT>): SchemaElement {
  const { type, repetition_type, converted_type, num_children = 0, name = '', logicalType } = element;
  return {
    name,
    type: named(ParquetTypes, type),
    repetition_type: named(FieldRepetitionTypes, repetition_type),
    num_children,
    converted_type: named(ConvertedTypes, converted_type),
    logical_type: logicalType && logicalTypeOf(logicalType),
  };
}

function logicalTypeOf(union: StructValue<typeof LOGICAL_TYPE>): LogicalType {
  const [type] = Object.keys(union);
  if (type === undefined) return {};
  return { type, ...(union.INTEGER ? { isSigned: union.INTEGER.isSigned ?? false } : {}) };
}

function rowGroup({ num_rows, columns }: StructValue<typeof ROW_GROUP>): RowGroupMetaData {
  return {
    rows: counted(num_rows, 'rows'),
    columns: (columns ?? []).map(({ file_path, meta_data, crypto_metadata }) => ({
      file: file_path,
      isEncrypted: crypto_metadata === true,
      meta: meta_data && {
        path: meta_data.path_in_schema ?? [],
        codec: named(CompressionCodecs, meta_data.codec),
        values: meta_data.num_values ?? -1,
        bytes: meta_data.total_compressed_size ?? -1,
        firstPage: meta_data.data_page_offset ?? -1,
        // Some writers put 0 where there is none.
        dictionaryPage: meta_data.dictionary_page_offset ?? 0,
      },
    })),
  };
}

/** A count that a file says. Throws an Error for what is none. */
export function counted(count: number | undefined, what: string): number {
  if (count !== undefined && Number.isSafeInteger(count) && count >= 0) return count;
  throw new Error(`${count ?? 'nothing'} is no number of ${what}`);
}

/** The name of a number; undefined for one that has none. */
function named(names: readonly string[], number: number | undefined): string | undefined {
  return number === undefined ? undefined : names[number];
}
