import type { WorldNames } from '../kernel/world.js';
import { copyChunks, type TransientChunk } from './columnar/row_batch_reader.js';
import type { RowDiagnostics } from './rows/row_diagnostics.js';
import { NO_PROBLEMS, type SplitReader, type SplittableTable, type TableData } from './split.js';
import type { OpenTable } from './table.js';

/** The reader of a table's splits. Imports what its format needs and no more: threads should start fast. */
export async function openSplitReader(
  data: TableData,
  world: WorldNames,
  problems: RowDiagnostics,
): Promise<SplitReader> {
  // The splits of a table are of the table's kind.
  if (data.kind === 'text') {
    const { TextSplitReader } = await import('./text/split.js');
    return new TextSplitReader(data, world, problems) as SplitReader;
  }
  if (data.kind === 'parquet') {
    const { ParquetSplitReader } = await import('./parquet/split.js');
    return new ParquetSplitReader(data, world, problems) as SplitReader;
  }
  const { ArrowSplitReader } = await import('./arrow/split.js');
  return new ArrowSplitReader(data, world, problems) as SplitReader;
}

/** A table in columns whose splits are read in this thread, in order, or by the threads that the caller has. */
export function openColumnarTable(table: SplittableTable, world: WorldNames, problems: RowDiagnostics): OpenTable {
  const readHere = async function* (): AsyncGenerator<TransientChunk> {
    const reader = await openSplitReader(table.data, world, problems);
    for (const split of table.splits({ bytes: 0 })) {
      await reader.prepare?.(split);
      yield* reader.read(split) as Iterable<TransientChunk>;
      table.accept(split, { rows: 0, problems: NO_PROBLEMS });
    }
  };
  const transient = readHere();
  return {
    chunks: copyChunks(transient),
    transient,
    uncutRows: table.uncutRows,
    addedNames: table.addedNames,
    bytesRead: () => table.bytesRead,
    splittable: async () => table,
  };
}
