import type { WorldNames } from '../../kernel/world.js';
import type { RequestFormat } from '../../requests/index.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import { openColumnarVerdicts, type VerdictTableWriter } from '../../tables/writers.js';
import { VerdictRows } from './verdict_rows.js';

/** The writer of a format. */
export async function openVerdictWriter(world: WorldNames, format: TableFormat): Promise<VerdictTableWriter> {
  return isColumnar(format) ? openColumnarVerdicts(world, format) : new VerdictRows(world, format);
}

/** Whether a format's rows can be written by several threads, and put together. */
export function isText(format: TableFormat): format is RequestFormat {
  return !isColumnar(format);
}
