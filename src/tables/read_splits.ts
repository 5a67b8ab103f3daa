import type { WorldNames } from '../kernel/world.js';
import type { DecodeBuffer } from '../requests/columnar/desk.js';
import { copyChunks, type TransientChunk } from '../requests/columnar/slices.js';
import type { RowDiagnostics } from '../requests/problems.js';
import type { ArrowSplit, ArrowTableData } from './arrow/split.js';
import type { OpenTable } from './open_table.js';
import type { ParquetSplit, ParquetTableData } from './parquet/split.js';

/** What any thread needs to read parts of a table whose rows lie in columns: plain data. */
export type TableData = ArrowTableData | ParquetTableData;

/** Some consecutive rows of such a table, and where they lie: plain data. */
export type ColumnarSplit = ArrowSplit | ParquetSplit;

/** A table that can be read in parts. */
export interface SplittableTable {
  readonly data: TableData;
  /** All rows. Throws as reading chunks does. */
  parts(): Iterable<ColumnarSplit>;
}

/** Reads parts of a table, in any thread. */
export interface SplitReader {
  /** What the rows of the last chunk lie on. */
  readonly decodeBuffer: DecodeBuffer;
  /** What comes before read() of a part, where anything does. */
  prepare(part: ColumnarSplit): Promise<void> | undefined;
  /** The rows of a part, in chunks whose arrays the next one overwrites. Throws a RequestTableError or a system's error. */
  read(part: ColumnarSplit): Iterable<TransientChunk>;
}

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
