import type { ByteRegion, CellBytes, CellType } from '../columnar/cells.js';
import { type Codec, decompress } from '../columnar/compression.js';
import { TooLongError } from '../columnar/decompressed_length.js';
import type { ByteSource, ColumnRegions, RowBatch } from '../columnar/row_batch_reader.js';
import { RequestTableError } from '../request_table.js';
import { withArrowErrors } from './decode_errors.js';

/** A batch as a file has it: with a codec, each region is a buffer that is compressed on its own. */
export interface EncodedBatch extends RowBatch {
  readonly codec?: Codec;
}

/** Bytes a compressed batch may become: each is held as a whole. */
const MAX_BYTES = 1 << 28;
/** Before a compressed buffer comes its length, or this where it is not compressed after all. */
const LENGTH_BYTES = 8;
const NOT_COMPRESSED = -1;

/** Bytes held in memory. */
export class MemoryBytes implements ByteSource {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  read(offset: number, into: Uint8Array): void {
    if (offset < 0 || offset + into.length > this.#bytes.length) throw new RangeError('read past the end');
    into.set(this.#bytes.subarray(offset, offset + into.length));
  }
}

/** Buffers as if they lay one after the other; each read is of one of them. */
class BufferBytes implements ByteSource {
  readonly #buffers: Uint8Array[] = [];
  readonly #starts: number[] = [];
  /** Bytes of all buffers. */
  length = 0;

  add(bytes: Uint8Array): ByteRegion {
    const region = { offset: this.length, length: bytes.length };
    this.#buffers.push(bytes);
    this.#starts.push(region.offset);
    this.length += bytes.length;
    return region;
  }

  read(offset: number, into: Uint8Array): void {
    const at = this.#starts.findLastIndex((start) => start <= offset);
    const from = offset - (this.#starts[at] as number);
    const bytes = this.#buffers[at] as Uint8Array;
    if (from + into.length > bytes.length) throw new RangeError('read past the end');
    into.set(bytes.subarray(from, from + into.length));
  }
}

/**
 * A batch with its buffers decompressed, and where to read them then. Throws a RequestTableError where they cannot be
 * decompressed, or are too large to be.
 */
export function decompressBatch(
  file: string,
  source: ByteSource,
  batch: EncodedBatch,
): { source: ByteSource; batch: RowBatch } {
  const { codec, rows } = batch;
  if (!codec) return { source, batch };
  const buffers = new BufferBytes();
  const place = (region: ByteRegion): ByteRegion =>
    buffers.add(inflated(file, source, region, codec, MAX_BYTES - buffers.length));
  const columns = batch.columns.map(
    (regions): ColumnRegions | undefined =>
      regions && {
        data: place(regions.data),
        ...(regions.offsets ? { offsets: place(regions.offsets) } : {}),
        ...(regions.valid ? { valid: place(regions.valid) } : {}),
      },
  );
  return { source: buffers, batch: { rows, columns } };
}

function inflated(
  file: string,
  source: ByteSource,
  { offset, length }: ByteRegion,
  codec: Codec,
  most: number,
): Uint8Array {
  if (length === 0) return new Uint8Array();
  const refuse = (why: string): never => {
    throw new RequestTableError(file, undefined, undefined, `a buffer compressed with ${codec} cannot be read: ${why}`);
  };
  if (length < LENGTH_BYTES) return refuse(`it has ${length} bytes`);
  if (length > MAX_BYTES) return refuse(tooLarge(length));
  const bytes = new Uint8Array(length);
  source.read(offset, bytes);
  const plainLength = Number(new DataView(bytes.buffer).getBigInt64(0, true));
  const rest = bytes.subarray(LENGTH_BYTES);
  if (plainLength === NOT_COMPRESSED) return rest;
  if (plainLength < 0) return refuse(`it says that it becomes ${plainLength} bytes`);
  if (plainLength > most) return refuse(tooLarge(plainLength));
  if (plainLength === 0) return new Uint8Array();
  // apache-arrow for JavaScript, up to 21.2.0, writes the length of what follows instead.
  const isKnown = plainLength !== rest.length;
  let plain: Uint8Array;
  try {
    plain = decompress(codec, rest, isKnown ? plainLength : most);
  } catch (error) {
    if (error instanceof TooLongError && !isKnown) return refuse(tooLarge(most + 1));
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const isRight = plain.length === plainLength || !isKnown;
  return isRight ? plain : refuse(`it becomes ${plain.length} bytes instead of ${plainLength}`);
}

function tooLarge(bytes: number): string {
  const megabytes = (n: number): string => `${Math.ceil(n / (1 << 20)).toLocaleString('en')} MiB`;
  return `${megabytes(bytes)}, and a batch may have ${megabytes(MAX_BYTES)}: write smaller record batches`;
}

/** Throws an Error where the bytes of a column are too few for its rows. */
export function checkLengths(type: CellType, { data, offsets, valid }: ColumnRegions, rows: number): void {
  if (rows === 0 || type.kind === 'nothing') return;
  const { bytes } = type.kind === 'dictionary' ? type.index : { bytes: 0, ...type };
  const isShort =
    data.length < rows * bytes ||
    (type.kind === 'texts' && (offsets?.length ?? 0) < (rows + 1) * type.offsetBytes) ||
    (valid !== undefined && valid.length < Math.ceil(rows / 8));
  if (isShort) throw new Error(`a buffer is too short for ${rows} rows`);
}

/** A batch as it can be read: decompressed where it has to be, its lengths checked. Throws a RequestTableError. */
export function openBatch(
  file: string,
  types: readonly (CellType | undefined)[],
  source: ByteSource,
  encoded: EncodedBatch,
): { source: ByteSource; batch: RowBatch } {
  if (!encoded.codec) return { source, batch: encoded };
  const opened = decompressBatch(file, source, encoded);
  withArrowErrors(file, 'a record batch', () => {
    opened.batch.columns.forEach((regions, i) => {
      if (regions) checkLengths(types[i] as CellType, regions, encoded.rows);
    });
  });
  return opened;
}

/** Cells of a batch of which all bytes are read, in memory that threads share. */
export function cellBytes(source: ByteSource, { data, offsets, valid }: ColumnRegions): CellBytes {
  const readAll = ({ offset, length }: ByteRegion): Uint8Array => {
    const bytes = new Uint8Array(new SharedArrayBuffer(length));
    source.read(offset, bytes);
    return bytes;
  };
  return {
    data: readAll(data),
    ...(offsets ? { offsets: readAll(offsets) } : {}),
    ...(valid ? { valid: readAll(valid) } : {}),
  };
}
