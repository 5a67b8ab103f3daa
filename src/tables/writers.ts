import type { FullColumns } from '../engine/columns.js';
import type { WorldNames } from '../kernel/world.js';
import type { AddedNames, OutputPart } from './columnar/verdict_columns.js';
import type { ColumnarFormat } from './formats.js';
import type { RequestChunk } from './request_table.js';

/** Writes a table. */
interface Writer {
  /** What comes first. */
  readonly header: string | Uint8Array;
  /** What comes last; a format that has it takes chunks in their order only. */
  footer?(): Uint8Array;
}

/** Writes requests as a table. */
export interface RequestTableWriter extends Writer {
  /** The next rows. */
  rows(columns: FullColumns): Uint8Array;
}

/** Writes chunks and their verdicts as a table. */
export interface VerdictTableWriter extends Writer {
  /** The rows of the next chunk. */
  rows(chunk: RequestChunk, verdicts: Uint8Array): Uint8Array;
  /** Of a table in columns: the rows of the next part, which any thread can have made. */
  part?(part: OutputPart): Uint8Array;
}

/** The writer of requests in a format. */
export async function openColumnarRequests(world: WorldNames, format: ColumnarFormat): Promise<RequestTableWriter> {
  if (format !== 'parquet') {
    const { ArrowRequestWriter } = await import('./arrow/request_writer.js');
    return new ArrowRequestWriter(world, format === 'arrow');
  }
  const { ParquetWriter } = await import('./parquet/writer.js');
  const { DictionaryBuilder } = await import('./columnar/dictionary_builder.js');
  const { EncodeBuffer } = await import('./columnar/encode_buffer.js');
  const { cellBytesOf, requestColumns, requestNames } = await import('./columnar/request_columns.js');
  const names = requestNames(world).map((list) => list && new DictionaryBuilder(list));
  const requests = requestColumns(world, 0);
  const writer = new ParquetWriter(requests, names);
  const buffer = new EncodeBuffer(world, { indexBytes: cellBytesOf(requests) });
  return {
    header: writer.header,
    rows: (columns) => {
      buffer.put(columns);
      return writer.append(columns.task.length, buffer.take());
    },
    footer: () => writer.finish(),
  };
}

/** The writer of verdict rows in a format, as openColumnarRequests(). */
export async function openColumnarVerdicts(
  world: WorldNames,
  format: ColumnarFormat,
  added: AddedNames,
): Promise<VerdictTableWriter> {
  if (format !== 'parquet') {
    const { ArrowVerdictWriter } = await import('./arrow/verdict_writer.js');
    return new ArrowVerdictWriter(world, format === 'arrow', added);
  }
  const { ParquetWriter } = await import('./parquet/writer.js');
  const { VerdictCells } = await import('./columnar/verdict_columns.js');
  const cells = new VerdictCells(world, added);
  const writer = new ParquetWriter(cells.columns, cells.names);
  const part = (of: OutputPart): Uint8Array =>
    of.rows === 0 ? new Uint8Array() : writer.append(of.rows, cells.of(of));
  return {
    header: writer.header,
    rows: (chunk, verdicts) => part(cells.partOf(chunk, verdicts)),
    part,
    footer: () => writer.finish(),
  };
}
