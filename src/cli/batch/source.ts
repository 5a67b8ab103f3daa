import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import type { World } from '../../kernel/world.js';
import {
  generateRequests,
  type Problems,
  type RequestChunk,
  RequestTableError,
  readRequests,
} from '../../requests/index.js';
import type { ArrowTableData } from '../../tables/arrow_table.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import { AbortError, BatchFileError } from './errors.js';
import type { Hands } from './hands.js';
import type { CountedPart } from './summary.js';

const READ_BYTES = 1 << 18;
/** Bytes of a text table that a worker takes at a time, some ten milliseconds of work, and from how many parts on. */
const PART_BYTES = 1 << 21;
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
  /** What workers need to read parts of it, besides the parts. */
  readonly table?: ArrowTableData;
  /** Lets go of the file. */
  close?(): void;
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
  const { format } = source;
  const file = source.kind === 'file' ? source.path : '<stdin>';
  const totalBytes = source.kind === 'file' ? await sizeOf(source.path) : undefined;
  const stream = new CountedStream(source, file, stdin, signal);
  if (isColumnar(format)) {
    // Loaded where it is needed: most tables are text.
    const { openArrow } = await import('./arrow_source.js');
    const path = source.kind === 'file' && totalBytes !== undefined ? source.path : undefined;
    return openArrow(world, path, stream, file, problems);
  }
  const onBytes = (bytes: number): void => {
    stream.bytes = bytes;
  };
  const parts = async function* (hands: Hands, isCounted: boolean): AsyncGenerator<RequestChunk | CountedPart> {
    // Loaded where it is needed.
    const { readTextParts } = await import('./text_parts.js');
    const size = totalBytes as number;
    yield* readTextParts({ path: file, size, format, world, problems, partBytes, onBytes }, hands, isCounted);
  };
  return {
    ...(totalBytes !== undefined && totalBytes >= LEAST_PARTS * partBytes ? { parts } : {}),
    chunks: readRequests(world, format, stream.pieces(), { file, problems }),
    hasLines: true,
    ...(totalBytes === undefined ? {} : { totalBytes }),
    bytesRead: () => stream.bytes,
  };
}

/** The pieces of a file or of standard input, counted. */
export class CountedStream {
  /** Bytes so far. */
  bytes = 0;
  readonly #source: BatchSource & { readonly kind: 'file' | 'stdin' };
  readonly #file: string;
  readonly #stdin: Readable;
  readonly #signal: AbortSignal | undefined;

  constructor(
    source: BatchSource & { readonly kind: 'file' | 'stdin' },
    file: string,
    stdin: Readable,
    signal: AbortSignal | undefined,
  ) {
    this.#source = source;
    this.#file = file;
    this.#stdin = stdin;
    this.#signal = signal;
  }

  /** The pieces as bytes. Throws as pieces() does. */
  async *bytePieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of this.pieces()) yield typeof piece === 'string' ? new TextEncoder().encode(piece) : piece;
  }

  /** Throws a BatchFileError, or an AbortError after the signal. */
  async *pieces(): AsyncGenerator<Uint8Array | string> {
    const signal = this.#signal;
    // The stream is opened by the first read: before that, nobody would hear its errors.
    const stream =
      this.#source.kind === 'file' ? createReadStream(this.#source.path, { highWaterMark: READ_BYTES }) : this.#stdin;
    try {
      if (signal) addAbortSignal(signal, stream);
      for await (const piece of stream as AsyncIterable<Uint8Array | string>) {
        this.bytes += piece.length;
        yield piece;
      }
    } catch (error) {
      if (signal?.aborted) throw new AbortError(signal.reason);
      throw error instanceof RequestTableError ? error : new BatchFileError('read', this.#file, error);
    }
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
