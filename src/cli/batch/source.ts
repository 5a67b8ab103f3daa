import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { WorldNames } from '../../kernel/world.js';
import type { FleetingChunk } from '../../requests/columnar/slices.js';
import { generateRequests, type Problems, type RequestChunk } from '../../requests/index.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import { openTable } from '../../tables/open_table.js';
import type { TableData } from '../../tables/parts.js';
import { AbortError, BatchFileError, readError } from './errors.js';
import type { Hands } from './hands.js';
import type { CountedPart } from './summary.js';

const READ_BYTES = 1 << 18;
/** Bytes of a text table that a worker takes at a time, some ten milliseconds of work. */
const PART_BYTES = 1 << 21;
/** From so many such parts on, starting threads is worth it. */
const LEAST_PARTS = 8;

/** Where requests come from. */
export type BatchSource =
  | { readonly kind: 'file'; readonly path: string; readonly format: TableFormat }
  | { readonly kind: 'stdin'; readonly format: TableFormat }
  | { readonly kind: 'generated'; readonly rows: number; readonly seed: number };

/** The source a command line names: `-` for standard input, or a file. */
export function sourceOf(path: string, format: TableFormat): BatchSource {
  return path === '-' ? { kind: 'stdin', format } : { kind: 'file', path, format };
}

/** An open source. */
export interface OpenSource {
  /** What messages call it. */
  readonly file: string;
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** The same, for who is done with a chunk before the next: read these or those. */
  readonly fleeting?: AsyncIterable<FleetingChunk>;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
  /** Bytes read so far. */
  bytesRead(): number;
  /** Where it can be read by workers and is large enough: its chunks, or with `isCounted` what was counted of them. */
  readonly parts?: (hands: Hands, isCounted: boolean) => AsyncIterable<RequestChunk | CountedPart>;
  /** What workers need to read parts of it, besides the parts. */
  readonly table?: TableData;
  /** Lets go of the file. */
  close(): void;
}

/**
 * Opens a source; `stdin` stands for standard input. Reading throws a BatchFileError, an AbortError after the signal,
 * or a RequestTableError.
 */
export async function openSource(
  source: BatchSource,
  world: WorldNames,
  problems: Problems,
  stdin: Readable,
  signal: AbortSignal | undefined,
  partBytes = PART_BYTES,
): Promise<OpenSource> {
  if (source.kind === 'generated') {
    const { seed, rows } = source;
    const chunks = generateRequests(world, seed, rows);
    return { file: '', chunks, totalRows: rows, bytesRead: () => 0, close: () => undefined };
  }
  const { format } = source;
  const file = source.kind === 'file' ? source.path : '<stdin>';
  const path = source.kind === 'file' ? source.path : undefined;
  const totalBytes = path === undefined ? undefined : await sizeOf(path);
  let bytes = 0;
  const onBytes = (read: number): void => {
    bytes = read;
  };
  // The stream is opened by the first read: before that, nobody would hear its errors.
  const pieces = async function* (): AsyncGenerator<Uint8Array | string> {
    const stream = path === undefined ? stdin : createReadStream(path, { highWaterMark: READ_BYTES });
    try {
      if (signal) addAbortSignal(signal, stream);
      for await (const piece of stream as AsyncIterable<Uint8Array | string>) {
        bytes += piece.length;
        yield piece;
      }
    } catch (error) {
      if (signal?.aborted) throw new AbortError(signal.reason);
      throw readError(file, error);
    }
  };
  const input = { file, format, path: totalBytes === undefined ? undefined : path, pieces };
  const table = await openTable(input, world, problems).catch((error: unknown) => {
    throw readError(file, error);
  });
  const chunks = withReadErrors(file, table.chunks);
  const readParts = async function* (hands: Hands, isCounted: boolean): AsyncGenerator<RequestChunk | CountedPart> {
    // Loaded where it is needed.
    if (!isColumnar(format)) {
      const { readTextParts } = await import('./text_parts.js');
      const text = { path: file, size: totalBytes as number, format, world, problems, partBytes, onBytes };
      yield* readTextParts(text, hands, isCounted);
    } else if (table.parts && isCounted) {
      const { countTableParts } = await import('./table_parts.js');
      yield* countTableParts(table.parts, problems, hands);
    } else {
      // Where rows are written, what workers read would have to come here whole: reading it here is less work.
      yield* chunks;
    }
  };
  const isLarge = (totalBytes ?? 0) >= LEAST_PARTS * partBytes;
  return {
    file,
    chunks,
    ...(table.fleeting ? { fleeting: withReadErrors(file, table.fleeting) } : {}),
    ...(table.totalRows === undefined ? {} : { totalRows: table.totalRows }),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    bytesRead: () => table.bytesRead?.() ?? bytes,
    ...(isLarge && (table.parts || !isColumnar(format)) ? { parts: readParts } : {}),
    ...(table.parts ? { table: table.parts.table } : {}),
    close: () => table.close(),
  };
}

async function* withReadErrors<Chunk>(
  file: string,
  chunks: AsyncIterable<Chunk> | Iterable<Chunk>,
): AsyncGenerator<Chunk> {
  try {
    yield* chunks;
  } catch (error) {
    throw readError(file, error);
  }
}

/** The size of a regular file; undefined for a pipe. Throws a BatchFileError where there is nothing to read. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw new BatchFileError('read', path, error);
  }
}
