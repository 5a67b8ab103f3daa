import type { World } from '../../kernel/world.js';
import type { RequestChunk, RequestFormat } from '../../requests/index.js';
import type { TableFormat } from '../../tables/formats.js';
import { VerdictRows } from './verdict_rows.js';

/** Writes chunks and their verdicts as a table. */
export interface VerdictWriter {
  /** What comes first. */
  readonly header: string | Uint8Array;
  /** The rows of a chunk. */
  rows(chunk: RequestChunk, verdicts: Uint8Array): Uint8Array;
  /** What comes last; a format that has it takes chunks in their order only. */
  footer?(): Uint8Array;
}

/** The writer of a format. */
export async function openVerdictWriter(world: World, format: TableFormat): Promise<VerdictWriter> {
  if (isText(format)) return new VerdictRows(world, format);
  // Loaded where it is needed: most tables are text.
  const { ArrowVerdictWriter } = await import('../../requests/arrow/index.js');
  return new ArrowVerdictWriter(world, format === 'arrow');
}

/** Whether a format's rows can be written by several threads, and put together. */
export function isText(format: TableFormat): format is RequestFormat {
  return format === 'csv' || format === 'ndjson';
}
