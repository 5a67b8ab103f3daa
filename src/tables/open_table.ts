import type { WorldNames } from '../kernel/world.js';
import type { TableFile } from './file_source.js';
import { isColumnar } from './formats.js';
import { type RequestFormat, RequestTableError } from './request_table.js';
import type { RowDiagnostics } from './rows/row_diagnostics.js';
import type { SplittableTable } from './split.js';
import type { OpenTable, TableInput } from './table.js';
import { readRequests } from './text/text_reader.js';

/** Opens a table. Faults of rows go to `problems`. Rejects with a RequestTableError, or a system's error. */
export async function openTable(input: TableInput, world: WorldNames, problems: RowDiagnostics): Promise<OpenTable> {
  const { file, format } = input;
  if (!isColumnar(format)) {
    const { open } = input;
    return {
      chunks: readRequests(world, format, input.pieces(), { file, problems }),
      ...(open ? { splittable: () => openTextTable(open, input.file, format, world, problems) } : {}),
    };
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

async function openTextTable(
  bytes: TableFile,
  file: string,
  format: RequestFormat,
  world: WorldNames,
  problems: RowDiagnostics,
): Promise<SplittableTable> {
  const { TextTable } = await import('./text/text_table.js');
  return TextTable.open(file, bytes, format, world, problems);
}
