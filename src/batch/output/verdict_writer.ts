import type { WorldNames } from '../../kernel/world.js';
import type { AddedNames } from '../../tables/columnar/verdict_columns.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import type { RequestFormat } from '../../tables/request_table.js';
import { VerdictRows } from '../../tables/text/verdict_writer.js';
import { openColumnarVerdicts, type VerdictTableWriter } from '../../tables/writers.js';
import type { BatchSource } from '../source.js';

/** The writer of a format. */
export async function openVerdictWriter(
  world: WorldNames,
  format: TableFormat,
  added: AddedNames,
): Promise<VerdictTableWriter> {
  return isColumnar(format) ? openColumnarVerdicts(world, format, added) : new VerdictRows(world, format);
}

/** Which names rows of a source can add to those of the world: those of rows with a problem. */
export function addedNames({ kind }: BatchSource): AddedNames {
  return kind === 'generated' ? 'none' : 'any';
}

/** Whether a format's rows can be written by several threads, and put together. */
export function isText(format: TableFormat): format is RequestFormat {
  return !isColumnar(format);
}
