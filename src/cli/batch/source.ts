import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { BpfTokenSimError } from '../../errors.js';
import type { World } from '../../kernel/world.js';
import { generateRequests, type Problems, type RequestChunk } from '../../requests/index.js';
import type { TableFormat } from '../../tables/formats.js';
import { openTable, type TableParts } from '../../tables/open_table.js';
import { AbortError, BatchFileError } from './errors.js';

const READ_BYTES = 1 << 18;
/** From so many bytes on, starting threads is worth it. */
const LARGE_BYTES = 1 << 24;

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
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
  /** Bytes read so far. */
  bytesRead(): number;
  /** The table in parts that any thread can read, where that is worth it. */
  readonly parts?: TableParts;
  /** Lets go of the file. */
  close(): void;
}

/**
 * Opens a source; `stdin` stands for standard input. Reading throws a BatchFileError, an AbortError after the signal,
 * or a RequestTableError.
 */
export async function openSource(
  source: BatchSource,
  world: World,
  problems: Problems,
  stdin: Readable,
  signal: AbortSignal | undefined,
): Promise<OpenSource> {
  if (source.kind === 'generated') {
    const { seed, rows } = source;
    const chunks = generateRequests(world, seed, rows);
    return { chunks, totalRows: rows, bytesRead: () => 0, close: () => undefined };
  }
  const file = source.kind === 'file' ? source.path : '<stdin>';
  const path = source.kind === 'file' ? source.path : undefined;
  const totalBytes = path === undefined ? undefined : await sizeOf(path);
  let bytes = 0;
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
  const input = { file, format: source.format, path: totalBytes === undefined ? undefined : path, pieces };
  const table = await openTable(input, world, problems).catch((error: unknown) => {
    throw readError(file, error);
  });
  const { parts, totalRows } = table;
  return {
    chunks: withReadErrors(file, table.chunks),
    ...(totalRows === undefined ? {} : { totalRows }),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    bytesRead: () => table.bytesRead?.() ?? bytes,
    ...(parts && (totalBytes ?? 0) >= LARGE_BYTES ? { parts } : {}),
    close: () => table.close(),
  };
}

/** What went wrong with reading, for people: a system's error with its file. */
export function readError(file: string, error: unknown): unknown {
  const isTold = error instanceof BpfTokenSimError || error instanceof AbortError || error instanceof BatchFileError;
  return isTold ? error : new BatchFileError('read', file, error);
}

async function* withReadErrors(
  file: string,
  chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>,
): AsyncGenerator<RequestChunk> {
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
