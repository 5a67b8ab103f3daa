import { fstatSync } from 'node:fs';
import { addAbortSignal, Readable } from 'node:stream';
import { AbortError } from '../errors.js';
import type { WorldNames } from '../kernel/world.js';
import { type AddedNames, ANY_ADDED_NAMES, NO_ADDED_NAMES } from '../tables/columnar/added_names.js';
import type { TransientChunk } from '../tables/columnar/row_batch_reader.js';
import { FileState } from '../tables/file_source.js';
import { formatOf, isColumnar, type TableFormat } from '../tables/formats.js';
import { type InputFile, openInputFile } from '../tables/input_file.js';
import { openTable } from '../tables/open_table.js';
import type { RequestChunk } from '../tables/request_table.js';
import type { RowDiagnostics } from '../tables/rows/row_diagnostics.js';
import type { SplittableTable } from '../tables/split.js';
import { readInTurns } from '../tables/text/read_in_turns.js';
import { generateRequests } from '../workload/generate_requests.js';
import { BatchFileError, readError } from './errors.js';
import { descriptorOf } from './output/descriptor_path.js';

/** Where requests come from. */
export type BatchSource =
  | { readonly kind: 'file'; readonly path: string; readonly format: TableFormat }
  | { readonly kind: 'stdin'; readonly format: TableFormat }
  /** Bytes of a table from the first to the last, or text. `name` is what messages call it; `<input>` by default. */
  | {
      readonly kind: 'stream';
      readonly stream: AsyncIterable<Uint8Array | string>;
      readonly format: TableFormat;
      readonly name?: string;
    }
  /** Requests drawn from the world: the same rows for the same seed. */
  | { readonly kind: 'generated'; readonly rows: number; readonly seed: number };

/**
 * The source of a path: standard input (`-`, and /dev/stdin where that is no regular file), or a file. Throws an
 * InvalidArgumentError where no format is given and the name does not tell it.
 */
export function sourceOf(path: string, format: TableFormat = formatOf(path)): BatchSource {
  return path === '-' || (descriptorOf(path) === 0 && !fstatSync(0).isFile())
    ? { kind: 'stdin', format }
    : { kind: 'file', path, format };
}

/** An open source. */
export interface OpenSource {
  /** What messages call it. */
  readonly file: string;
  readonly chunks: AsyncIterable<RequestChunk> | Iterable<RequestChunk>;
  /** The same in chunks that are valid until the next is read: iterate either. */
  readonly transient?: AsyncIterable<TransientChunk>;
  /** Rows there will be, where that is known. */
  readonly totalRows?: number;
  /** Bytes of the file, where that is known. */
  readonly totalBytes?: number;
  /** Whether its rows are in columns. */
  readonly isColumnar: boolean;
  /** Most rows of a part that is not cut, where there are such parts. */
  readonly uncutRows?: number | undefined;
  /** How many names rows can add to the world's. */
  readonly addedNames: AddedNames;
  /** The table in splits that any thread can read, where it has them. Instead of iterating. */
  splittable?(): Promise<SplittableTable>;
  /** Bytes read so far. */
  bytesRead(): number;
  /** Rows of the table, however they are read: what reading throws says what is wrong with the file. */
  withReadErrors<Row>(rows: AsyncIterable<Row>): AsyncIterable<Row>;
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
): Promise<OpenSource> {
  if (source.kind === 'generated') return sampledSource(source.rows, source.seed, world);
  const { format } = source;
  const file = nameOf(source);
  const input = openInput(source, stdin);
  let bytes = 0;
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
      throw readFailure(error);
    }
  };
  const readFailure = (error: unknown): unknown => {
    // A table that is written to meanwhile may look damaged: the change is the cause.
    if (!signal?.aborted) requireUnchanged();
    return readError(file, error);
  };
  const table = await openTable({ file, format, open: input.file, pieces }, world, problems).catch((error: unknown) => {
    input.close();
    throw readError(file, error);
  });
  const { splittable } = table;
  let splits: SplittableTable | undefined;
  return {
    file,
    chunks: withReadErrors(table.chunks),
    ...(table.transient ? { transient: withReadErrors(table.transient) } : {}),
    ...(table.totalRows === undefined ? {} : { totalRows: table.totalRows }),
    ...(input.file ? { totalBytes: input.file.size } : {}),
    isColumnar: isColumnar(format),
    uncutRows: table.uncutRows,
    addedNames: table.addedNames ?? ANY_ADDED_NAMES,
    ...(splittable
      ? {
          splittable: async () => {
            splits = await splittable().catch((error: unknown) => {
              throw readFailure(error);
            });
            return splits;
          },
        }
      : {}),
    withReadErrors,
    bytesRead: () => splits?.bytesRead ?? table.bytesRead?.() ?? bytes,
    requireUnchanged,
    close: () => input.close(),
  };
}

function sampledSource(rows: number, seed: number, world: WorldNames): OpenSource {
  return {
    file: '',
    chunks: generateRequests(world, seed, rows),
    totalRows: rows,
    isColumnar: false,
    addedNames: NO_ADDED_NAMES,
    bytesRead: () => 0,
    withReadErrors: (chunks) => chunks,
    requireUnchanged: () => undefined,
    close: () => undefined,
  };
}

type TableSource = Exclude<BatchSource, { readonly kind: 'generated' }>;

function nameOf(source: TableSource): string {
  if (source.kind === 'file') return source.path;
  return source.kind === 'stdin' ? '<stdin>' : (source.name ?? '<input>');
}

/** What the bytes of a table come from. */
type Input = Pick<InputFile, 'file' | 'change' | 'close'> & {
  pieces(signal?: AbortSignal): AsyncIterable<Uint8Array | string>;
};

function openInput(source: TableSource, stdin: Readable): Input {
  if (source.kind === 'file') return openFile(source.path);
  return streamInput(source.kind === 'stdin' ? stdin : source.stream);
}

/** Opens a file. Throws a BatchFileError. */
function openFile(path: string): InputFile {
  try {
    return openInputFile(path);
  } catch (error) {
    throw new BatchFileError('read', path, error);
  }
}

/** A stream that the caller closes. Where a file was redirected to it, that must not change either. */
function streamInput(stream: AsyncIterable<Uint8Array | string> & { readonly fd?: number }): Input {
  const state = typeof stream.fd === 'number' ? new FileState(stream.fd) : undefined;
  return {
    file: undefined,
    pieces: (signal) => (signal && stream instanceof Readable ? addAbortSignal(signal, stream) : stream),
    change: () => state?.change(),
    close: () => undefined,
  };
}
