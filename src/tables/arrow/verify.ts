import { type FieldType, type TableType, verifyFlatbuffer } from './flatbuffer.js';

// Arrow's metadata (format/Message.fbs, Schema.fbs and File.fbs of apache/arrow), as far as a reader can reach.

const scalar = (bytes: 1 | 2 | 4 | 8): FieldType => ({ kind: 'scalar', bytes });
const vector = (bytes: number): FieldType => ({ kind: 'vector', bytes });
const table = (type: () => TableType): FieldType => ({ kind: 'table', table: type });
const tables = (type: () => TableType): FieldType => ({ kind: 'tables', table: type });
const [BYTE, SHORT, INT, LONG] = [scalar(1), scalar(2), scalar(4), scalar(8)];
const STRING: FieldType = { kind: 'string' };

const KEY_VALUE: TableType = [STRING, STRING];
const METADATA = tables(() => KEY_VALUE);
const INT_TYPE: TableType = [INT, BYTE];
/** The number of each type that says more than that. */
const TYPES: Readonly<Record<number, TableType>> = {
  2: INT_TYPE,
  3: [SHORT],
  7: [INT, INT, INT],
  8: [SHORT],
  9: [SHORT, INT],
  10: [SHORT, STRING],
  11: [SHORT],
  14: [SHORT, vector(4)],
  15: [INT],
  16: [INT],
  17: [BYTE],
  18: [SHORT],
};
const DICTIONARY_ENCODING: TableType = [LONG, table(() => INT_TYPE), BYTE, SHORT];
/** Name, nullable, type, dictionary, children, metadata. */
const FIELD: TableType = [
  STRING,
  BYTE,
  BYTE,
  { kind: 'union', tables: () => TYPES },
  table(() => DICTIONARY_ENCODING),
  tables(() => FIELD),
  METADATA,
];
/** Endianness, fields, metadata, features. */
const SCHEMA: TableType = [SHORT, tables(() => FIELD), METADATA, vector(8)];
const COMPRESSION: TableType = [BYTE, BYTE];
/** Rows, nodes, buffers, compression, variadic buffer counts. */
const RECORD_BATCH: TableType = [LONG, vector(16), vector(16), table(() => COMPRESSION), vector(8)];
const DICTIONARY_BATCH: TableType = [LONG, table(() => RECORD_BATCH), BYTE];
const HEADERS: Readonly<Record<number, TableType>> = { 1: SCHEMA, 2: DICTIONARY_BATCH, 3: RECORD_BATCH };
/** Version, header, length of the body, metadata. */
const MESSAGE: TableType = [SHORT, BYTE, { kind: 'union', tables: () => HEADERS }, LONG, METADATA];
const BLOCK_BYTES = 24;
/** Version, schema, dictionaries, record batches, metadata. */
const FOOTER: TableType = [SHORT, table(() => SCHEMA), vector(BLOCK_BYTES), vector(BLOCK_BYTES), METADATA];

/** Checks a message's metadata before it is decoded. Throws an Error in words. */
export function verifyMessage(metadata: Uint8Array): void {
  verifyFlatbuffer(metadata, MESSAGE);
}

/** Checks a file's footer before it is decoded. Throws an Error in words. */
export function verifyFooter(footer: Uint8Array): void {
  verifyFlatbuffer(footer, FOOTER);
}
