import { type DataType, Dictionary, Field, Int8, Int16, Int32, Int64, Schema, Uint32, Utf8 } from 'apache-arrow';
import { encodeTexts } from '../columnar/encoded_texts.js';
import type { IndexBytes, OutputColumn } from '../columnar/output_columns.js';
import { concatBytes } from '../concat_bytes.js';
import type { ArrowPart } from './arrow_part.js';
import { CONTINUATION, MAGIC, MAGIC_BYTES } from './format.js';
import { BufferRegion, DictionaryBatch, FieldNode, FileBlock, Footer, Message, RecordBatch } from './private_api.js';

const ENCODER = new TextEncoder();
/** What every buffer and every message is filled up to. */
const ALIGNMENT = 64;

/** A message as bytes, and how they are divided. */
interface Piece {
  readonly bytes: Uint8Array;
  readonly metaDataLength: number;
  readonly bodyLength: number;
}

/**
 * Writes a table as an Arrow IPC file or stream: start(), then names before rows that use them, then end(). The number of a
 * name is how many of its column were given before.
 */
export class ArrowEncoder {
  readonly #isFile: boolean;
  readonly #columns: readonly OutputColumn[];
  readonly #schema: Schema;
  readonly #batches: FileBlock[] = [];
  readonly #dictionaries: FileBlock[] = [];
  readonly #begun = new Set<number>();
  #offset = 0;

  constructor(columns: readonly OutputColumn[], isFile: boolean) {
    this.#isFile = isFile;
    this.#columns = columns;
    this.#schema = new Schema(columns.map((column, id) => new Field(column.name, typeOf(column, id), true)));
  }

  /** What comes first. */
  start(): Uint8Array {
    const { bytes } = piece(Message.from(this.#schema), []);
    const magic = this.#isFile ? ENCODER.encode(MAGIC.padEnd(MAGIC_BYTES, '\0')) : new Uint8Array();
    return this.#passed(concatBytes([magic, bytes]));
  }

  /** More names of a column. */
  names(column: number, names: readonly string[]): Uint8Array {
    const { bytes, offsets } = encodeTexts(names);
    const { header, body } = batchOf(names.length, [[0, [new Uint8Array(), offsets, bytes]]]);
    const isDelta = this.#begun.has(column);
    this.#begun.add(column);
    const length = body.reduce((sum, buffer) => sum + padded(buffer.byteLength), 0);
    const encoded = piece(Message.from(new DictionaryBatch(header, column, isDelta), length), body);
    this.#dictionaries.push(this.#block(encoded));
    return this.#passed(encoded.bytes);
  }

  /** What comes before the body of a record batch, which has this many bytes. */
  batch(rows: number, columns: ArrowPart['columns'], length: number): Uint8Array {
    const nodes = columns.map(({ empty }) => new FieldNode(rows, empty));
    const regions = columns.flatMap(({ valid, data, empty }) => [
      // Bits that are all 1 need not be read.
      new BufferRegion(valid?.offset ?? data.offset, empty > 0 ? (valid?.length ?? 0) : 0),
      new BufferRegion(data.offset, data.length),
    ]);
    const bytes = prefixed(Message.from(new RecordBatch(rows, nodes, regions, null), length));
    this.#batches.push(this.#block({ metaDataLength: bytes.length, bodyLength: length }));
    this.#offset += length;
    return this.#passed(bytes);
  }

  /** What comes last. Names of columns that never had any are written as none. */
  end(): Uint8Array {
    const none = this.#columns.flatMap(({ holds }, column) =>
      holds === 'names' && !this.#begun.has(column) ? [this.names(column, [])] : [],
    );
    const mark = new Uint8Array(Int32Array.of(CONTINUATION, 0).buffer);
    if (!this.#isFile) return concatBytes([...none, mark]);
    const footer = Footer.encode(new Footer(this.#schema, undefined, this.#batches, this.#dictionaries));
    const length = new Uint8Array(Int32Array.of(footer.length).buffer);
    return concatBytes([...none, mark, footer, length, ENCODER.encode(MAGIC)]);
  }

  #block({ metaDataLength, bodyLength }: Omit<Piece, 'bytes'>): FileBlock {
    return new FileBlock(metaDataLength, bodyLength, this.#offset);
  }

  #passed(bytes: Uint8Array): Uint8Array {
    this.#offset += bytes.length;
    return bytes;
  }
}

const INDEX_TYPES: Readonly<Record<IndexBytes, () => Int8 | Int16 | Int32>> = {
  1: () => new Int8(),
  2: () => new Int16(),
  4: () => new Int32(),
};

function typeOf(column: OutputColumn, id: number): DataType {
  if (column.holds === 'names') return new Dictionary(new Utf8(), INDEX_TYPES[column.bytes](), id);
  return column.holds === 'uint32' ? new Uint32() : new Int64();
}

/** A batch of columns, each with the number of its empty cells and its buffers. */
function batchOf(
  rows: number,
  columns: readonly (readonly [empty: number, buffers: readonly ArrayBufferView[]])[],
): { readonly header: RecordBatch; readonly body: readonly ArrayBufferView[] } {
  const regions: BufferRegion[] = [];
  let end = 0;
  const body = columns.flatMap(([, buffers]) => buffers);
  for (const { byteLength } of body) {
    regions.push(new BufferRegion(end, byteLength));
    end += padded(byteLength);
  }
  const nodes = columns.map(([empty]) => new FieldNode(rows, empty));
  return { header: new RecordBatch(rows, nodes, regions, null), body };
}

/** A message: its metadata, and the buffers of its body. */
function piece(message: Message, body: readonly ArrayBufferView[]): Piece {
  const metadata = prefixed(message);
  const bodyLength = body.reduce((sum, buffer) => sum + padded(buffer.byteLength), 0);
  const bytes = new Uint8Array(metadata.length + bodyLength);
  bytes.set(metadata);
  let at = metadata.length;
  for (const { buffer, byteOffset, byteLength } of body) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  return { bytes, metaDataLength: metadata.length, bodyLength };
}

/** The metadata of a message after its length, filled up so that the body is aligned. */
function prefixed(message: Message): Uint8Array {
  const metadata = Message.encode(message);
  const bytes = new Uint8Array(Math.ceil((8 + metadata.length) / ALIGNMENT) * ALIGNMENT);
  const prefix = new DataView(bytes.buffer);
  prefix.setInt32(0, CONTINUATION, true);
  prefix.setInt32(4, bytes.length - 8, true);
  bytes.set(metadata, 8);
  return bytes;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
