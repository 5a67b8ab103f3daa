import {
  Bool,
  type DataType,
  Dictionary,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  LargeUtf8,
  type RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Table,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import type { World } from '../../../src/kernel/world.js';
import { MemoryBytes, openBatch } from '../../../src/tables/arrow/decompress_batch.js';
import { ArrowFile } from '../../../src/tables/arrow/file_reader.js';
import { readArrowStream } from '../../../src/tables/arrow/stream_reader.js';
import { loadCodecs } from '../../../src/tables/columnar/compression.js';
import { copyChunk, RowBatchReader } from '../../../src/tables/columnar/row_batch_reader.js';
import type { RequestChunk } from '../../../src/tables/request_table.js';
import { RowDiagnostics } from '../../../src/tables/rows/row_diagnostics.js';
import { type Read, rowsOf } from '../small_world.js';

// As opening a table does.
await loadCodecs(['lz4', 'zstd']);

/** Types of Arrow columns, by the word tests use. */
export const TYPES: Readonly<Record<string, () => DataType>> = {
  utf8: () => new Utf8(),
  large_utf8: () => new LargeUtf8(),
  dict_int8: () => new Dictionary(new Utf8(), new Int8()),
  dict_uint8: () => new Dictionary(new Utf8(), new Uint8()),
  dict_int16: () => new Dictionary(new Utf8(), new Int16()),
  dict_uint16: () => new Dictionary(new Utf8(), new Uint16()),
  dict_int32: () => new Dictionary(new Utf8(), new Int32()),
  dict_uint32: () => new Dictionary(new LargeUtf8(), new Uint32()),
  int8: () => new Int8(),
  uint8: () => new Uint8(),
  int16: () => new Int16(),
  uint16: () => new Uint16(),
  int32: () => new Int32(),
  uint32: () => new Uint32(),
  int64: () => new Int64(),
  uint64: () => new Uint64(),
  float64: () => new Float64(),
  bool: () => new Bool(),
};

export type Cell = string | number | null;

/** A column of cells as an Arrow vector. */
export function vectorOf(type: string, cells: readonly Cell[]): Vector {
  const made = (TYPES[type] as () => DataType)();
  const isWide = type === 'int64' || type === 'uint64';
  const values = isWide ? cells.map((cell) => (cell === null ? null : BigInt(cell))) : cells;
  return vectorFromArray(values, made as never) as Vector;
}

/** A table as the bytes of a file or a stream, its record batches as they are. */
export function ipc(table: Table, kind: 'file' | 'stream'): Uint8Array {
  const writer = kind === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.write(table as never);
  writer.finish();
  return writer.toUint8Array(true);
}

/** The same with these record batches. */
export function ipcOfBatches(batches: readonly RecordBatch[], kind: 'file' | 'stream'): Uint8Array {
  return ipc(new Table([...batches]), kind);
}

/** Reads a file as the batch does, all of it from memory. */
export function readFile(world: World, bytes: Uint8Array): Read {
  const problems = new RowDiagnostics();
  const source = new MemoryBytes(bytes);
  const file = new ArrowFile('t', source, bytes.length, problems);
  const slices = new RowBatchReader('t', world, file.columns, problems);
  slices.setDictionaries(file.dictionaries);
  const chunks: RequestChunk[] = [];
  for (const { batch, firstRow } of file.batches()) {
    const opened = openBatch('t', file.columns, source, batch);
    for (const chunk of slices.read(opened.source, opened.batch, 0, batch.rows, firstRow))
      chunks.push(copyChunk(chunk));
  }
  return { chunks, problems, rows: rowsOf(chunks) };
}

/** Reads a stream that arrives in pieces of a given size. */
export async function readStream(world: World, bytes: Uint8Array, pieceBytes = 1000): Promise<Read> {
  const problems = new RowDiagnostics();
  const chunks: RequestChunk[] = [];
  const pieces = (async function* () {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  })();
  for await (const chunk of readArrowStream('t', world, pieces, problems)) chunks.push(copyChunk(chunk));
  return { chunks, problems, rows: rowsOf(chunks) };
}
