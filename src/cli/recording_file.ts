import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BatchFileError, errorCode } from '../batch/errors.js';
import { AbortError } from '../errors.js';
import { type InputFile, openInputFile } from '../tables/input_file.js';
import { InputError } from './exit.js';

/** A recording as its bytes come, unpacked where its name ends in .gz. */
export interface RecordingFile {
  readonly path: string;
  /** Bytes of the file as it lies there. */
  readonly size: number;
  /** Opens it; reading throws a BatchFileError, or an AbortError after the signal. `read` is told how many bytes went by. */
  bytes(signal: AbortSignal, read: (bytes: number) => void): AsyncGenerator<Uint8Array>;
}

/** A file to read from. Throws a BatchFileError where there is none. */
export async function recordingFile(path: string): Promise<RecordingFile> {
  const size = await sizeOf(path);
  return { path, size, bytes: (signal, read) => bytesOf(path, signal, read) };
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    return found.size;
  } catch (error) {
    throw new BatchFileError('read', path, error);
  }
}

async function* bytesOf(path: string, signal: AbortSignal, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let input: InputFile | undefined;
  try {
    input = openInputFile(path);
    const pieces = reported(input.pieces(signal), read);
    if (path.endsWith('.gz')) yield* unpacked(pieces);
    else yield* pieces;
    requireUnchanged(path, input);
  } catch (error) {
    if (signal.aborted) throw new AbortError(signal.reason);
    if (error instanceof BatchFileError) throw error;
    // What a file seems to hold that is written to meanwhile is not what is wrong.
    if (input) requireUnchanged(path, input);
    if (/^Z_/.test(errorCode(error) ?? '')) {
      throw new InputError(`cannot read ${path}: it is no gzip file, or not all of one`, { file: path });
    }
    throw new BatchFileError('read', path, error);
  } finally {
    input?.close();
  }
}

async function* reported(pieces: AsyncIterable<Uint8Array>, read: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    read(piece.length);
    yield piece;
  }
}

async function* unpacked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* pipeline(Readable.from(pieces), createGunzip({ chunkSize: 1 << 20 }), () => {});
}

function requireUnchanged(path: string, input: InputFile): void {
  const change = input.change();
  if (change !== undefined) throw new BatchFileError('read', path, new Error(change));
}
