import type { WorldNames } from '../kernel/world.js';
import type { Desk } from '../requests/columnar/desk.js';
import { type FleetingChunk, keptChunks } from '../requests/columnar/slices.js';
import type { Problems } from '../requests/problems.js';
import type { ArrowPart, ArrowTableData } from './arrow/part.js';
import type { OpenTable } from './open_table.js';
import type { ParquetPart, ParquetTableData } from './parquet/part.js';

/** What any thread needs to read parts of a table whose rows lie in columns: plain data. */
export type TableData = ArrowTableData | ParquetTableData;

/** Some consecutive rows of such a table, and where they lie: plain data. */
export type TablePart = ArrowPart | ParquetPart;

/** A table that can be read in parts. */
export interface PartedTable {
  readonly data: TableData;
  /** All rows. Throws as reading chunks does. */
  parts(): Iterable<TablePart>;
}

/** Reads parts of a table, in any thread. */
export interface PartReader {
  /** What the rows of the last chunk lie on. */
  readonly desk: Desk;
  /** What comes before read() of a part, where anything does. */
  readied(part: TablePart): Promise<void> | undefined;
  /** The rows of a part, in chunks whose arrays the next one overwrites. Throws a RequestTableError or a system's error. */
  read(part: TablePart): Iterable<FleetingChunk>;
}

/** What reads the parts of a table. What it needs is loaded for this format alone: threads should start fast. */
export async function openPartReader(data: TableData, world: WorldNames, problems: Problems): Promise<PartReader> {
  // A table's parts are of its own kind.
  if (data.kind === 'parquet') {
    const { ParquetPartReader } = await import('./parquet/part.js');
    return new ParquetPartReader(data, world, problems);
  }
  const { ArrowPartReader } = await import('./arrow/part.js');
  return new ArrowPartReader(data, world, problems);
}

/** A table whose parts are read here, one after the other, or by whoever asks for them. */
export function openParts(table: PartedTable, world: WorldNames, problems: Problems): OpenTable {
  let read = 0;
  const parts = {
    table: table.data,
    all: () => table.parts(),
    done: (part: TablePart) => {
      read += part.bytes;
    },
  };
  const fleeting = async function* (): AsyncGenerator<FleetingChunk> {
    const reader = await openPartReader(table.data, world, problems);
    for (const part of parts.all()) {
      await reader.readied(part);
      yield* reader.read(part);
      parts.done(part);
    }
  };
  const chunks = fleeting();
  return { chunks: keptChunks(chunks), fleeting: chunks, bytesRead: () => read, parts };
}
