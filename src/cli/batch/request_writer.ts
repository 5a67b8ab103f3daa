import type { FullColumns } from '../../engine/columns.js';
import type { World } from '../../kernel/world.js';
import { CHUNK_ROWS, RequestWriter } from '../../requests/index.js';
import type { TableFormat } from '../../tables/formats.js';
import { isText } from './verdict_writer.js';

/** Rows of a record batch: few enough to be held anywhere, many enough that what is said of each batch does not matter. */
const BATCH_ROWS = 8 * CHUNK_ROWS;

/** Writes requests as a table. */
export interface TableWriter {
  /** What comes first. */
  readonly header: string | Uint8Array;
  rows(columns: FullColumns): Uint8Array;
  /** What comes last. */
  footer?(): Uint8Array;
}

/** The writer of a format. */
export async function openRequestWriter(world: World, format: TableFormat): Promise<TableWriter> {
  if (isText(format)) return new RequestWriter(world, format);
  // Loaded where it is needed: most tables are text.
  const { ArrowRequestWriter } = await import('../../requests/arrow/index.js');
  return new ArrowRequestWriter(world, format === 'arrow');
}

/** How many rows of a format are written at a time. */
export function rowsAtATime(format: TableFormat): number {
  return isText(format) ? CHUNK_ROWS : BATCH_ROWS;
}
