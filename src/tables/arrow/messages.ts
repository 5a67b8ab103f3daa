import { CompressionType, type Schema } from 'apache-arrow';
import type { ByteRegion, NumberType, TextType } from '../columnar/cells.js';
import { textRegion } from '../columnar/cells.js';
import type { Codec } from '../columnar/compression.js';
import type { DictionaryPart } from '../columnar/dictionary.js';
import type { ByteSource, ColumnRegions } from '../columnar/row_batch_reader.js';
import { RequestTableError } from '../request_table.js';
import { withArrowErrors } from './decode_errors.js';
import { cellBytes, checkLengths, type EncodedBatch, openBatch } from './decompress_batch.js';
import { Message, type RecordBatch } from './private_api.js';
import type { ColumnPlace, TableLayout } from './schema.js';
import { verifyMessage } from './verify.js';

/** Most bytes metadata can have: more is no metadata. */
export const MAX_METADATA = 1 << 26;
/** Most bytes and entries of a dictionary: it stays in memory, and is read at once. */
const MAX_DICTIONARY = 1 << 28;
const MAX_ENTRIES = 1 << 23;

/** A message without its body. */
export type ArrowMessage =
  | { readonly kind: 'schema'; readonly schema: Schema }
  | { readonly kind: 'batch'; readonly batch: RecordBatch; readonly bodyLength: number }
  | {
      readonly kind: 'dictionary';
      readonly id: number;
      readonly isDelta: boolean;
      readonly batch: RecordBatch;
      readonly bodyLength: number;
    }
  /** Of a kind that tables are not made of. */
  | { readonly kind: 'other'; readonly bodyLength: number };

/** Reads a message's metadata. Throws a RequestTableError for what is none. */
export function decodeMessage(file: string, metadata: Uint8Array): ArrowMessage {
  return withArrowErrors(file, 'a message of it', () => {
    verifyMessage(metadata);
    const message = Message.decode(metadata);
    const { bodyLength } = message;
    if (!Number.isSafeInteger(bodyLength) || bodyLength < 0) throw new Error(`a body of ${bodyLength} bytes`);
    if (message.isSchema()) return { kind: 'schema', schema: message.header() };
    if (message.isRecordBatch()) return { kind: 'batch', batch: message.header(), bodyLength };
    if (!message.isDictionaryBatch()) return { kind: 'other', bodyLength };
    const { id, isDelta, data } = message.header();
    return { kind: 'dictionary', id, isDelta, batch: data, bodyLength };
  });
}

/**
 * Where the request columns of a record batch lie, whose body starts at `body` and has `bodyLength` bytes. Throws a
 * RequestTableError where they lie outside, or are too short for the rows.
 */
export function placeBatch(
  file: string,
  { columns }: TableLayout,
  batch: RecordBatch,
  body: number,
  bodyLength: number,
): EncodedBatch {
  const { length: rows } = batch;
  return withArrowErrors(file, 'a record batch', () => {
    if (!Number.isSafeInteger(rows) || rows < 0) throw new Error(`${rows} rows`);
    const placed = columns.map((place) => place && placeColumn(place, batch, body, bodyLength));
    const codec = codecOf(batch);
    return { rows, columns: placed, ...(codec ? { codec } : {}) };
  });
}

function placeColumn(place: ColumnPlace, batch: RecordBatch, body: number, bodyLength: number): ColumnRegions {
  const { type, node, views } = place;
  const { length, nullCount } = batch.nodes[node] ?? { length: -1, nullCount: 0 };
  if (length !== batch.length) throw new Error(`a column of ${length} rows in a batch of ${batch.length}`);
  const first = batch.variadicBufferCounts.slice(0, views).reduce((sum, count) => sum + count, place.buffer);
  const regionAt = (i: number): ByteRegion => {
    const buffer = batch.buffers[first + i];
    if (!buffer || !(buffer.offset >= 0 && buffer.length >= 0 && buffer.offset + buffer.length <= bodyLength)) {
      throw new Error('a buffer lies outside its batch');
    }
    return { offset: body + buffer.offset, length: buffer.length };
  };
  if (type.kind === 'nothing') return { data: { offset: body, length: 0 } };
  const hasBits = nullCount !== 0 && regionAt(0).length > 0;
  const isTexts = type.kind === 'texts';
  const regions: ColumnRegions = {
    data: regionAt(isTexts ? 2 : 1),
    ...(isTexts ? { offsets: regionAt(1) } : {}),
    ...(hasBits ? { valid: regionAt(0) } : {}),
  };
  if (!batch.compression) checkLengths(type, regions, length);
  return regions;
}

/**
 * Reads the entries of a dictionary, which the layout must have. Throws a RequestTableError where they cannot be right, or
 * are too many to be held.
 */
export function readDictionary(
  file: string,
  type: NumberType | TextType,
  encoded: RecordBatch,
  from: ByteSource,
  body: number,
  bodyLength: number,
): DictionaryPart {
  const layout: TableLayout = { columns: [{ type, node: 0, buffer: 0, views: 0 }], dictionaries: new Map() };
  const refuse = (what: string): never => {
    const message = `a dictionary of ${what} is more than can be held: write plain columns`;
    throw new RequestTableError(file, undefined, undefined, message);
  };
  if (bodyLength > MAX_DICTIONARY) refuse(`${bodyLength.toLocaleString('en')} bytes`);
  if (encoded.length > MAX_ENTRIES) refuse(`${encoded.length.toLocaleString('en')} entries`);
  const { source, batch } = openBatch(file, [type], from, placeBatch(file, layout, encoded, body, bodyLength));
  return withArrowErrors(file, 'a dictionary', () => {
    if (batch.rows === 0) return { type, entries: 0, bytes: { data: new Uint8Array(), offsets: new Uint8Array() } };
    const bytes = cellBytes(source, batch.columns[0] as ColumnRegions);
    if (type.kind === 'numbers') return { type, entries: batch.rows, bytes };
    const all = { offset: 0, length: bytes.data.length };
    const used = textRegion(type, bytes.offsets as Uint8Array, batch.rows, all);
    if (!used) throw new Error('where its texts lie cannot be right');
    const data = bytes.data.subarray(used.offset, used.offset + used.length);
    return { type, entries: batch.rows, bytes: { ...bytes, data } };
  });
}

/** How the buffers of a record batch are compressed, if they are. Throws a RequestTableError for a codec that is not known. */
export function batchCodec(file: string, batch: RecordBatch): Codec | undefined {
  return withArrowErrors(file, 'a record batch', () => codecOf(batch));
}

function codecOf({ compression }: RecordBatch): Codec | undefined {
  if (!compression) return undefined;
  if (compression.type === CompressionType.LZ4_FRAME) return 'lz4';
  if (compression.type === CompressionType.ZSTD) return 'zstd';
  throw new Error(`compression ${compression.type} is not known: lz4 and zstd are`);
}
