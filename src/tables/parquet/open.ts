import type { WorldNames } from '../../kernel/world.js';
import type { Problems } from '../../requests/problems.js';
import type { OpenFile } from '../file_bytes.js';
import type { OpenTable } from '../open_table.js';
import { openParts } from '../parts.js';
import { ParquetTable } from './table.js';

/** Opens a table in Parquet. Rejects as openTable() does. */
export async function openParquet(
  file: string,
  bytes: OpenFile,
  world: WorldNames,
  problems: Problems,
): Promise<OpenTable> {
  const table = new ParquetTable(file, bytes, problems);
  return { ...openParts(table, world, problems), totalRows: table.rows };
}
