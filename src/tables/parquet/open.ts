import type { WorldNames } from '../../kernel/world.js';
import type { TableFile } from '../file_source.js';
import { openColumnarTable } from '../read_splits.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import type { OpenTable } from '../table.js';
import { ParquetTable } from './table.js';

/** Opens a table in Parquet. Rejects as openTable() does. */
export async function openParquet(
  file: string,
  bytes: TableFile,
  world: WorldNames,
  problems: RowDiagnostics,
): Promise<OpenTable> {
  const table = new ParquetTable(file, bytes, problems);
  return { ...openColumnarTable(table, world, problems), totalRows: table.rows };
}
