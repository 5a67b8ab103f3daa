import type { WorldNames } from '../../kernel/world.js';
import { loadCodec } from '../columnar/compression.js';
import { copyChunks } from '../columnar/row_batch_reader.js';
import type { TableFile } from '../file_source.js';
import { openColumnarTable } from '../read_splits.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import type { OpenTable, TableInput } from '../table.js';
import { encodeUtf8 } from '../text/utf8.js';
import { ArrowFile, startsAsFile } from './file_reader.js';
import { readArrowStream } from './stream_reader.js';
import { ArrowTable } from './table.js';

/** As many as tell what a file is. */
const FIRST_BYTES = 8;

/** Opens a table in Arrow IPC: as a file where it is one by its first bytes, else as a stream. Rejects as openTable() does. */
export async function openArrow(input: TableInput, world: WorldNames, problems: RowDiagnostics): Promise<OpenTable> {
  if (!input.open || !isArrowFile(input.open)) {
    const transient = readArrowStream(input.file, world, encodeUtf8(input.pieces()), problems);
    return { chunks: copyChunks(transient), transient };
  }
  const arrow = new ArrowFile(input.file, input.open, input.open.size, problems);
  for (const codec of arrow.dictionaryCodecs) await loadCodec(codec);
  return openColumnarTable(new ArrowTable(input.file, input.open, arrow, world, problems), world, problems);
}

function isArrowFile(bytes: TableFile): boolean {
  const start = new Uint8Array(Math.min(FIRST_BYTES, bytes.size));
  bytes.read(0, start);
  return startsAsFile(start);
}
