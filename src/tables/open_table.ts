import type { WorldNames } from '../kernel/world.js';
import { isColumnar } from './formats.js';
import { RequestTableError } from './request_table.js';
import type { RowDiagnostics } from './rows/row_diagnostics.js';
import type { OpenTable, TableInput } from './table.js';
import { readRequests } from './text/text_reader.js';

/** Opens a table. Faults of rows go to `problems`. Rejects with a RequestTableError, or a system's error. */
export async function openTable(input: TableInput, world: WorldNames, problems: RowDiagnostics): Promise<OpenTable> {
  const { file, format } = input;
  if (!isColumnar(format)) {
    return { chunks: readRequests(world, format, input.pieces(), { file, problems }) };
  }
  if (format === 'parquet') return openParquetTable(input, world, problems);
  // Loaded where it is needed: most tables are text.
  const { openArrow } = await import('./arrow/open.js');
  return openArrow(input, world, problems);
}

async function openParquetTable(
  { file, open }: TableInput,
  world: WorldNames,
  problems: RowDiagnostics,
): Promise<OpenTable> {
  if (open === undefined) {
    throw new RequestTableError(file, undefined, undefined, 'a Parquet table cannot come through a pipe: name a file');
  }
  const { openParquet } = await import('./parquet/open.js');
  return openParquet(file, open, world, problems);
}
