import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { World } from '../../kernel/world.js';
import {
  generateRequests,
  type Problems,
  type RequestChunk,
  type RequestFormat,
  RequestTableError,
  readRequests,
} from '../../requests/index.js';
import { AbortError, BatchFileError } from './errors.js';
import type { Hands } from './hands.js';
import type { CountedPart } from './table_parts.js';

const READ_BYTES = 1 << 18;
/** Bytes of a text table that a worker takes at a time, some ten milliseconds of work, and from how many parts on. */
const PART_BYTES = 1 << 21;
const LEAST_PARTS = 8;

/** Where requests come from. */
export type BatchSource =
  | { readonly kind: 'file'; readonly path: string; readonly format: RequestFormat }
  | { readonly kind: 'stdin'; readonly format: RequestFormat }
  | { readonly kind: 'generated'; readonly rows: number; readonly seed: number };

/** The source a command line names: `-` for standard input, or a file. */
export function sourceOf(path: string, format: RequestFormat): BatchSource {
  return path === '-' ? { kind: 'stdin', format } : { kind: 'file', path, format };
}

/** The format a file's name tells: `.csv`, or `.ndjson` and `.jsonl`; undefined for any other. */
export function formatOfPath(path: string): RequestFormat | undefined {
  if (/\.csv$/i.test(path)) return 'csv';
  return /\.(ndjson|jsonl)$/i.test(path) ? 'ndjson' : undefined;
}

/** An open source. */
export interface OpenSource {
  /** Where it can be read by workers and is large enough: its chunks, or with `isCounted` what was counted of them. */
  readonly parts?: (hands: Hands, isCounted: boolean) => AsyncIterable<RequestChunk | CountedPart>;
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** Whether rows carry line numbers. */
  readonly hasLines: boolean;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
  /** Bytes read so far. */
  bytesRead(): number;
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
  partBytes = PART_BYTES,
): Promise<OpenSource> {
  if (source.kind === 'generated') {
    const { seed, rows } = source;
    return { chunks: generateRequests(world, seed, rows), hasLines: false, totalRows: rows, bytesRead: () => 0 };
  }
  const file = source.kind === 'file' ? source.path : '<stdin>';
  const totalBytes = source.kind === 'file' ? await sizeOf(source.path) : undefined;
  let bytes = 0;
  // The stream is opened by the first read: before that, nobody would hear its errors.
  const counted = async function* (): AsyncGenerator<Uint8Array | string> {
    const stream = source.kind === 'file' ? createReadStream(source.path, { highWaterMark: READ_BYTES }) : stdin;
    try {
      if (signal) addAbortSignal(signal, stream);
      for await (const piece of stream as AsyncIterable<Uint8Array | string>) {
        bytes += piece.length;
        yield piece;
      }
    } catch (error) {
      if (signal?.aborted) throw new AbortError(signal.reason);
      throw error instanceof RequestTableError ? error : new BatchFileError('read', file, error);
    }
  };
  const table = {
    format: source.format,
    world,
    problems,
    partBytes,
    onBytes: (read: number) => {
      bytes = read;
    },
  };
  const parts = async function* (hands: Hands, isCounted: boolean): AsyncGenerator<RequestChunk | CountedPart> {
    // Loaded where it is needed.
    const { readParts } = await import('./table_parts.js');
    yield* readParts({ ...table, path: file, size: totalBytes as number }, hands, isCounted);
  };
  return {
    ...(totalBytes !== undefined && totalBytes >= LEAST_PARTS * partBytes ? { parts } : {}),
    chunks: readRequests(world, source.format, counted(), { file, problems }),
    hasLines: true,
    ...(totalBytes === undefined ? {} : { totalBytes }),
    bytesRead: () => bytes,
  };
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
