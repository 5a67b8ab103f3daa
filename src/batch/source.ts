import { fstatSync } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { AbortError } from '../errors.js';
import type { WorldNames } from '../kernel/world.js';
import type { TransientChunk } from '../tables/columnar/row_batch_reader.js';
import { FileState, type OpenFile } from '../tables/file_source.js';
import { isColumnar, type TableFormat } from '../tables/formats.js';
import { type InputFile, openInputFile } from '../tables/input_file.js';
import { openTable } from '../tables/open_table.js';
import type { RequestChunk } from '../tables/request_table.js';
import type { RowDiagnostics } from '../tables/rows/row_diagnostics.js';
import type { TableData } from '../tables/split.js';
import { generateRequests } from '../workload/generate_requests.js';
import type { BatchWorkers } from './batch_workers.js';
import { BatchFileError, readError } from './errors.js';
import { descriptorOf } from './output/descriptor_path.js';
import type { CountedSplit } from './summary/summary.js';
import { readInTurns } from './yield_between.js';

/** Bytes of a text table that a worker takes at a time, some ten milliseconds of work. */
const SPLIT_BYTES = 1 << 21;
/** From so many such parts on, starting threads is worth it. */
const MIN_SPLITS = 8;

/** Where requests come from. */
export type BatchSource =
  | { readonly kind: 'file'; readonly path: string; readonly format: TableFormat }
  | { readonly kind: 'stdin'; readonly format: TableFormat }
  | { readonly kind: 'generated'; readonly rows: number; readonly seed: number };

/** The source a command line names: standard input (`-`, and /dev/stdin where that is no regular file), or a file. */
export function sourceOf(path: string, format: TableFormat): BatchSource {
  return path === '-' || (descriptorOf(path) === 0 && !fstatSync(0).isFile())
    ? { kind: 'stdin', format }
    : { kind: 'file', path, format };
}

/** An open source. */
export interface OpenSource {
  /** What messages call it. */
  readonly file: string;
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** The same, for who is done with a chunk before the next: read these or those. */
  readonly fleeting?: AsyncIterable<TransientChunk>;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
  /** Bytes read so far. */
  bytesRead(): number;
  /** Where it can be read by workers and is large enough: its chunks, or with `isCounted` what was counted of them. */
  readonly parts?: (batchWorkers: BatchWorkers, isCounted: boolean) => AsyncIterable<RequestChunk | CountedSplit>;
  /** What workers need to read parts of it, besides the parts. */
  readonly table?: TableData;
  /** Throws a BatchFileError where a table in a file was written to since it was opened. */
  requireUnchanged(): void;
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
  problems: RowDiagnostics,
  stdin: Readable,
  signal: AbortSignal | undefined,
  partBytes = SPLIT_BYTES,
): Promise<OpenSource> {
  if (source.kind === 'generated') {
    const { seed, rows } = source;
    const chunks = generateRequests(world, seed, rows);
    const noop = () => undefined;
    return { file: '', chunks, totalRows: rows, bytesRead: () => 0, requireUnchanged: noop, close: noop };
  }
  const { format } = source;
  const file = source.kind === 'file' ? source.path : '<stdin>';
  const input = source.kind === 'file' ? openFile(source.path) : standardInput(stdin);
  const totalBytes = input.file?.size;
  let bytes = 0;
  const onBytes = (read: number): void => {
    bytes = read;
  };
  const pieces = async function* (): AsyncGenerator<Uint8Array | string> {
    try {
      for await (const piece of input.pieces(signal)) {
        bytes += piece.length;
        if (isColumnar(format) || typeof piece === 'string') yield piece;
        else yield* readInTurns(piece, signal);
      }
    } catch (error) {
      if (signal?.aborted) throw new AbortError(signal.reason);
      throw readError(file, error);
    }
  };
  const requireUnchanged = (): void => {
    const change = input.change();
    if (change !== undefined) throw new BatchFileError('read', file, new Error(change));
  };
  const withReadErrors = async function* <Chunk>(rows: AsyncIterable<Chunk> | Iterable<Chunk>): AsyncGenerator<Chunk> {
    try {
      yield* rows;
    } catch (error) {
      // What a table seems to hold that is written to meanwhile is not what is wrong.
      if (!signal?.aborted) requireUnchanged();
      throw readError(file, error);
    }
  };
  const table = await openTable({ file, format, open: input.file, pieces }, world, problems).catch((error: unknown) => {
    input.close();
    throw readError(file, error);
  });
  const chunks = withReadErrors(table.chunks);
  const readParts = async function* (
    batchWorkers: BatchWorkers,
    isCounted: boolean,
  ): AsyncGenerator<RequestChunk | CountedSplit> {
    // Loaded where it is needed.
    if (!isColumnar(format)) {
      const { readTextSplits } = await import('./splits/text_splits.js');
      const text = { path: file, file: input.file as OpenFile, format, world, problems, partBytes, onBytes, signal };
      yield* readTextSplits(text, batchWorkers, isCounted);
    } else if (table.parts && isCounted) {
      const { countColumnarSplits } = await import('./splits/columnar_splits.js');
      yield* countColumnarSplits(table.parts, problems, batchWorkers);
    } else {
      // Where rows are written, what workers read would have to come here whole: reading it here is less work.
      yield* chunks;
    }
  };
  const isLarge = (totalBytes ?? 0) >= MIN_SPLITS * partBytes;
  return {
    file,
    chunks,
    ...(table.fleeting ? { fleeting: withReadErrors(table.fleeting) } : {}),
    ...(table.totalRows === undefined ? {} : { totalRows: table.totalRows }),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    bytesRead: () => table.bytesRead?.() ?? bytes,
    ...(isLarge && (table.parts || !isColumnar(format))
      ? {
          parts: (batchWorkers: BatchWorkers, isCounted: boolean) => withReadErrors(readParts(batchWorkers, isCounted)),
        }
      : {}),
    ...(table.parts ? { table: table.parts.table } : {}),
    requireUnchanged,
    close: () => input.close(),
  };
}

/** Opens a file. Throws a BatchFileError. */
function openFile(path: string): InputFile {
  try {
    return openInputFile(path);
  } catch (error) {
    throw new BatchFileError('read', path, error);
  }
}

/** A stream that is not ours to close. Where a file was redirected to it, that must not change either. */
function standardInput(stream: Readable & { readonly fd?: number }): Pick<InputFile, 'file' | 'change' | 'close'> & {
  pieces(signal?: AbortSignal): AsyncIterable<Uint8Array | string>;
} {
  const state = typeof stream.fd === 'number' ? new FileState(stream.fd) : undefined;
  return {
    file: undefined,
    pieces: (signal) => (signal ? addAbortSignal(signal, stream) : stream),
    change: () => state?.change(),
    close: () => undefined,
  };
}
