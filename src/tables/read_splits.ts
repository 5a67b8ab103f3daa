import type { WorldNames } from '../kernel/world.js';
import { copyChunks, type TransientChunk } from './columnar/row_batch_reader.js';
import type { RowDiagnostics } from './rows/row_diagnostics.js';
import type { ColumnarSplit, SplitReader, SplittableTable, TableData } from './split.js';
import type { OpenTable } from './table.js';

/** What reads the parts of a table. What it needs is loaded for this format alone: threads should start fast. */
export async function openSplitReader(
  data: TableData,
  world: WorldNames,
  problems: RowDiagnostics,
): Promise<SplitReader> {
  // A table's parts are of its own kind.
  if (data.kind === 'parquet') {
    const { ParquetSplitReader } = await import('./parquet/split.js');
    return new ParquetSplitReader(data, world, problems);
  }
  const { ArrowSplitReader } = await import('./arrow/split.js');
  return new ArrowSplitReader(data, world, problems);
}

/** A table whose parts are read here, one after the other, or by whoever asks for them. */
export function openSplits(table: SplittableTable, world: WorldNames, problems: RowDiagnostics): OpenTable {
  let read = 0;
  const parts = {
    table: table.data,
    all: () => table.parts(),
    done: (part: ColumnarSplit) => {
      read += part.bytes;
    },
  };
  const fleeting = async function* (): AsyncGenerator<TransientChunk> {
    const reader = await openSplitReader(table.data, world, problems);
    for (const part of parts.all()) {
      await reader.prepare(part);
      yield* reader.read(part);
      parts.done(part);
    }
  };
  const chunks = fleeting();
  return { chunks: copyChunks(chunks), fleeting: chunks, bytesRead: () => read, parts };
}
