import type { World } from '../../kernel/world.js';
import { readArrowStream, startsAsFile } from '../../requests/arrow/index.js';
import { keptChunk } from '../../requests/columnar/slices.js';
import type { Problems } from '../../requests/problems.js';
import { type RequestChunk, RequestTableError } from '../../requests/table.js';
import { type ArrowPart, ArrowPartReader, ArrowTable } from '../../tables/arrow_table.js';
import { FileBytes } from '../../tables/file_bytes.js';
import { BatchFileError } from './errors.js';
import type { Hands } from './hands.js';
import type { UnreadablePart } from './part.js';
import type { CountedStream, OpenSource } from './source.js';
import type { CountedPart } from './summary.js';

/** From so many bytes on, starting threads is worth it. */
const LARGE_BYTES = 1 << 24;
/** Parts that are read ahead for each worker. */
const PARTS_AHEAD = 2;
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
  const chunks = partChunks(world, file, table, problems, done);
  // Where rows are written, what workers read would have to come here whole: reading it here is less work.
  const parts = (hands: Hands, isCounted: boolean): AsyncIterable<RequestChunk | CountedPart> =>
    isCounted ? countedParts(file, table, problems, done, hands) : fromHere(chunks);
  return {
    chunks,
    hasLines: false,
    totalBytes: bytes.size,
    bytesRead: () => read,
    ...(bytes.size >= LARGE_BYTES ? { table: table.data, parts } : {}),
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

async function* fromHere(chunks: Iterable<RequestChunk>): AsyncGenerator<RequestChunk> {
  yield* chunks;
}

/** What workers counted of the parts of a table, in its order. */
async function* countedParts(
  file: string,
  table: ArrowTable,
  problems: Problems,
  done: (part: ArrowPart) => void,
  hands: Hands,
): AsyncGenerator<CountedPart> {
  const parts = table.parts();
  const ahead: { readonly part: ArrowPart; readonly answer: ReturnType<Hands['readArrow']> }[] = [];
  const readAhead = (): void => {
    while (ahead.length < PARTS_AHEAD * hands.workers) {
      const next = readable(file, () => parts.next());
      if (next.done) return;
      const answer = hands.readArrow(next.value);
      // Where an earlier part fails, nobody asks what became of this one.
      answer.catch(() => undefined);
      ahead.push({ part: next.value, answer });
    }
  };
  try {
    for (;;) {
      readAhead();
      const [first] = ahead;
      if (!first) return;
      const answer = await first.answer;
      if ('unreadable' in answer) throw unreadable(file, answer);
      ahead.shift();
      problems.addPart(answer.problems);
      done(first.part);
      yield { counts: answer.counts, rowsBefore: 0, linesBefore: 0 };
    }
  } finally {
    // A file that is closed must not be read any more.
    await Promise.allSettled(ahead.map(({ answer }) => answer));
  }
}

function unreadable(file: string, { unreadable: reason, place }: UnreadablePart): Error {
  if (!place) return new BatchFileError('read', file, new Error(reason));
  return new RequestTableError(file, place.line, place.column, reason);
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
