import { fstatSync } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import type { WorldNames } from '../../kernel/world.js';
import type { FleetingChunk } from '../../requests/columnar/slices.js';
import { generateRequests, type Problems, type RequestChunk } from '../../requests/index.js';
import { FileState, type OpenFile } from '../../tables/file_bytes.js';
import { isColumnar, type TableFormat } from '../../tables/formats.js';
import { type InputFile, openInputFile } from '../../tables/input_file.js';
import { openTable } from '../../tables/open_table.js';
import type { TableData } from '../../tables/parts.js';
import { descriptorOf } from './descriptor_path.js';
import { AbortError, BatchFileError, readError } from './errors.js';
import type { Hands } from './hands.js';
import { readInTurns } from './read_in_turns.js';
import type { CountedPart } from './summary.js';

/** Bytes of a text table that a worker takes at a time, some ten milliseconds of work. */
const PART_BYTES = 1 << 21;
/** From so many such parts on, starting threads is worth it. */
const LEAST_PARTS = 8;

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
  /** Throws a BatchFileError where a table in a file was written to since it was opened. */
  demandUnchanged(): void;
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
    const nothing = () => undefined;
    return { file: '', chunks, totalRows: rows, bytesRead: () => 0, demandUnchanged: nothing, close: nothing };
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
  const demandUnchanged = (): void => {
    const change = input.change();
    if (change !== undefined) throw new BatchFileError('read', file, new Error(change));
  };
  const withReadErrors = async function* <Chunk>(rows: AsyncIterable<Chunk> | Iterable<Chunk>): AsyncGenerator<Chunk> {
    try {
      yield* rows;
    } catch (error) {
      // What a table seems to hold that is written to meanwhile is not what is wrong.
      if (!signal?.aborted) demandUnchanged();
      throw readError(file, error);
    }
  };
  const table = await openTable({ file, format, open: input.file, pieces }, world, problems).catch((error: unknown) => {
    input.close();
    throw readError(file, error);
  });
  const chunks = withReadErrors(table.chunks);
  const readParts = async function* (hands: Hands, isCounted: boolean): AsyncGenerator<RequestChunk | CountedPart> {
    // Loaded where it is needed.
    if (!isColumnar(format)) {
      const { readTextParts } = await import('./text_parts.js');
      const text = { path: file, file: input.file as OpenFile, format, world, problems, partBytes, onBytes, signal };
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
    ...(table.fleeting ? { fleeting: withReadErrors(table.fleeting) } : {}),
    ...(table.totalRows === undefined ? {} : { totalRows: table.totalRows }),
    ...(totalBytes === undefined ? {} : { totalBytes }),
    bytesRead: () => table.bytesRead?.() ?? bytes,
    ...(isLarge && (table.parts || !isColumnar(format))
      ? { parts: (hands: Hands, isCounted: boolean) => withReadErrors(readParts(hands, isCounted)) }
      : {}),
    ...(table.parts ? { table: table.parts.table } : {}),
    demandUnchanged,
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
