import type { FullColumns } from '../engine/columns.js';
import type { World } from '../kernel/world.js';
import type { RequestChunk } from '../requests/table.js';
import type { ColumnarFormat } from './formats.js';

const NOTHING = new Uint8Array();

/** What a table is written for. */
export interface TableTarget {
  /** What messages call it. */
  readonly file: string;
  /** Where what does not fit in memory lies meanwhile. */
  readonly folder: string;
  /** Ends the writing. */
  readonly signal?: AbortSignal | undefined;
}

/** Writes a table. */
interface Writer {
  /** What comes first. */
  readonly header: string | Uint8Array;
  /** What comes last; a format that has it takes chunks in their order only. */
  footer?(): Uint8Array | AsyncIterable<Uint8Array>;
  /** Lets go of what it holds, whether or not the table was finished. */
  close?(): Promise<void>;
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
}

/** The writer of requests in a format. */
export async function openColumnarRequests(
  world: World,
  format: ColumnarFormat,
  target: TableTarget,
): Promise<RequestTableWriter> {
  if (format !== 'parquet') {
    const { ArrowRequestWriter } = await import('../requests/arrow/request_writer.js');
    return new ArrowRequestWriter(world, format === 'arrow');
  }
  const { ParquetWriter } = await import('./parquet/write.js');
  const { Names } = await import('../requests/arrow/names.js');
  const { REQUEST_CELLS, RequestCells, requestNames } = await import('../requests/arrow/request_cells.js');
  const names = requestNames(world).map((list) => list && new Names(list));
  const writer = await ParquetWriter.open(REQUEST_CELLS, names, target);
  const cells = new RequestCells(world);
  return {
    header: NOTHING,
    rows: (columns) => {
      writer.append(columns.task.length, cells.of(columns));
      return NOTHING;
    },
    footer: () => writer.finish(),
    close: () => writer.close(),
  };
}

/** The writer of verdict rows in a format, as openColumnarRequests(). */
export async function openColumnarVerdicts(
  world: World,
  format: ColumnarFormat,
  target: TableTarget,
): Promise<VerdictTableWriter> {
  if (format !== 'parquet') {
    const { ArrowVerdictWriter } = await import('../requests/arrow/verdict_writer.js');
    return new ArrowVerdictWriter(world, format === 'arrow');
  }
  const { ParquetWriter } = await import('./parquet/write.js');
  const { VERDICT_CELLS, VerdictCells } = await import('../requests/arrow/verdict_cells.js');
  const cells = new VerdictCells(world);
  const writer = await ParquetWriter.open(VERDICT_CELLS, cells.names, target);
  return {
    header: NOTHING,
    rows: (chunk, verdicts) => {
      writer.append(chunk.rows, cells.of(chunk, verdicts));
      return NOTHING;
    },
    footer: () => writer.finish(),
    close: () => writer.close(),
  };
}
