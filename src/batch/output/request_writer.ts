import type { WorldNames } from '../../kernel/world.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import { CHUNK_ROWS } from '../../tables/request_table.js';
import { RequestWriter } from '../../tables/text/request_writer.js';
import { openColumnarRequests, type RequestTableWriter } from '../../tables/writers.js';

/** Rows of a record batch: few enough to be held anywhere, many enough that what is said of each batch does not matter. */
const BATCH_ROWS = 8 * CHUNK_ROWS;

/** The writer of a format. */
export async function openRequestWriter(world: WorldNames, format: TableFormat): Promise<RequestTableWriter> {
  return isColumnar(format) ? openColumnarRequests(world, format) : new RequestWriter(world, format);
}

/** How many rows of a format are written at a time. */
export function rowsAtATime(format: TableFormat): number {
  return isColumnar(format) ? BATCH_ROWS : CHUNK_ROWS;
}
