import type { World } from '../../kernel/world.js';
import { readArrowStream, startsAsFile } from '../../requests/arrow/index.js';
import { keptChunk } from '../../requests/columnar/slices.js';
import type { Problems } from '../../requests/problems.js';
import { type RequestChunk, RequestTableError } from '../../requests/table.js';
import { ArrowPartReader, ArrowTable } from '../../tables/arrow_table.js';
import { FileBytes } from '../../tables/file_bytes.js';
import { BatchFileError } from './errors.js';
import type { CountedStream, OpenSource } from './source.js';

/** From so many bytes on, starting threads is worth it. */
const LARGE_BYTES = 1 << 24;
/** As many as tell what a file is. */
const FIRST_BYTES = 8;

/**
 * Opens a table in Arrow IPC: one at a path where it is a file by its first bytes, else what comes as a stream. Throws a
 * BatchFileError or a RequestTableError.
 */
export function openArrow(
  world: World,
  path: string | undefined,
  stream: CountedStream,
  file: string,
  problems: Problems,
): OpenSource {
  const bytes = path === undefined ? undefined : readable(file, () => openFile(path));
  if (bytes) return fileSource(world, file, bytes, problems);
  return { chunks: streamChunks(world, file, stream, problems), hasLines: false, bytesRead: () => stream.bytes };
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

function fileSource(world: World, file: string, bytes: FileBytes, problems: Problems): OpenSource {
  let table: ArrowTable;
  try {
    table = readable(file, () => new ArrowTable(file, bytes, problems));
  } catch (error) {
    bytes.close();
    throw error;
  }
  let read = 0;
  const done = (part: { readonly bytes: number }): void => {
    read += part.bytes;
  };
  return {
    chunks: partChunks(world, file, table, problems, done),
    hasLines: false,
    totalBytes: bytes.size,
    bytesRead: () => read,
    parts: {
      table: table.data,
      isLarge: bytes.size >= LARGE_BYTES,
      all: () => table.parts(),
      readable: (findings) => {
        if (!('refused' in findings)) return findings;
        const { reason, line, column } = findings.refused;
        throw new RequestTableError(file, line, column, reason);
      },
      done,
    },
    close: () => table.close(),
  };
}

/** The chunks of a table, read here. */
function* partChunks(
  world: World,
  file: string,
  table: ArrowTable,
  problems: Problems,
  done: (part: { readonly bytes: number }) => void,
): Generator<RequestChunk> {
  const reader = new ArrowPartReader(table.data, world, problems);
  const parts = table.parts();
  for (;;) {
    const part = readable(file, () => parts.next());
    if (part.done) return;
    const chunks = reader.read(part.value);
    for (;;) {
      const chunk = readable(file, () => chunks.next());
      if (chunk.done) break;
      yield keptChunk(chunk.value);
    }
    done(part.value);
  }
}

async function* streamChunks(
  world: World,
  file: string,
  stream: CountedStream,
  problems: Problems,
): AsyncGenerator<RequestChunk> {
  for await (const chunk of readArrowStream(file, world, stream.bytePieces(), problems)) yield keptChunk(chunk);
}

/** Does what reads from the file. A system's error becomes a BatchFileError. */
function readable<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof RequestTableError ? error : new BatchFileError('read', file, error);
  }
}
