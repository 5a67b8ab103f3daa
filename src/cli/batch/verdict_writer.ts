import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { World } from '../../kernel/world.js';
import type { RequestFormat } from '../../requests/index.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import { openColumnarVerdicts, type VerdictTableWriter } from '../../tables/writers.js';
import type { BatchSink } from './sink.js';
import { VerdictRows } from './verdict_rows.js';

/** The writer of a sink's format. */
export async function openVerdictWriter(
  world: World,
  sink: Exclude<BatchSink, { kind: 'none' }>,
): Promise<VerdictTableWriter> {
  const { format } = sink;
  return isColumnar(format) ? openColumnarVerdicts(world, format, folderOf(sink)) : new VerdictRows(world, format);
}

/** Where what is on its way to a sink may lie: beside its file, which is where there has to be room for it. */
export function folderOf(sink: BatchSink): string {
  return sink.kind === 'file' ? dirname(sink.path) : tmpdir();
}

/** Whether a format's rows can be written by several threads, and put together. */
export function isText(format: TableFormat): format is RequestFormat {
  return !isColumnar(format);
}
