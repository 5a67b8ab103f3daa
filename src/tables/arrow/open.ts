import type { WorldNames } from '../../kernel/world.js';
import { ArrowFile, readArrowStream, startsAsFile } from '../../requests/arrow/index.js';
import { loadCodec } from '../../requests/columnar/codecs.js';
import { keptChunks } from '../../requests/columnar/slices.js';
import type { Problems } from '../../requests/problems.js';
import { encodeUtf8 } from '../../requests/utf8.js';
import { FileBytes } from '../file_bytes.js';
import type { OpenTable, TableInput } from '../open_table.js';
import { openParts } from '../parts.js';
import { ArrowTable } from './table.js';

/** As many as tell what a file is. */
const FIRST_BYTES = 8;

/** Opens a table in Arrow IPC: as a file where it is one by its first bytes, else as a stream. Rejects as openTable() does. */
export async function openArrow(input: TableInput, world: WorldNames, problems: Problems): Promise<OpenTable> {
  const bytes = input.path === undefined ? undefined : openFile(input.path);
  if (!bytes) {
    const fleeting = readArrowStream(input.file, world, encodeUtf8(input.pieces()), problems);
    return { chunks: keptChunks(fleeting), fleeting, close: () => undefined };
  }
  try {
    const arrow = new ArrowFile(input.file, bytes, bytes.size, problems);
    for (const codec of arrow.dictionaryCodecs) await loadCodec(codec);
    return openParts(new ArrowTable(input.file, bytes, arrow, world), world, problems);
  } catch (error) {
    bytes.close();
    throw error;
  }
}

/** Opens an Arrow file; undefined for what is none by its first bytes. */
function openFile(path: string): FileBytes | undefined {
  const bytes = FileBytes.open(path);
  const start = new Uint8Array(Math.min(FIRST_BYTES, bytes.size));
  bytes.read(0, start);
  if (startsAsFile(start)) return bytes;
  bytes.close();
  return undefined;
}
