import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { addAbortSignal, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AbortError, BatchFileError, errorCode } from './batch/errors.js';
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
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  addAbortSignal(signal, file);
  file.on('data', (piece) => read(piece.length));
  const stream: Readable = path.endsWith('.gz') ? pipeline(file, createGunzip({ chunkSize: 1 << 20 }), () => {}) : file;
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    if (signal.aborted) throw new AbortError(signal.reason);
    if (/^Z_/.test(errorCode(error) ?? '')) {
      throw new InputError(`cannot read ${path}: it is no gzip file, or not all of one`);
    }
    throw new BatchFileError('read', path, error);
  }
}
