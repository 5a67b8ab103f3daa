import { closeSync, openSync, readSync } from 'node:fs';
import { InputError } from './exit.js';
import { textOfBytes } from './text_of_bytes.js';

const READ_BYTES = 1 << 16;
const MEBIBYTE = 1_048_576;

/** What messages call a file; `-` is standard input. */
export function fileName(path: string): string {
  return path === '-' ? '<stdin>' : path;
}

/**
 * All of a file as text, as textOfBytes() makes it; `-` is standard input. Throws InputError for one that cannot be read, or that has more than `most` bytes;
 * `hint` says what to do then.
 */
export function readTextFile(path: string, most: number, hint: string): string {
  return textOfBytes(readBytesFile(path, most, hint));
}

/** All of a file as bytes; `-` is standard input. Throws InputError as readTextFile() does. */
export function readBytesFile(path: string, most: number, hint: string): Buffer {
  const file = fileName(path);
  let fd: number | undefined;
  try {
    fd = path === '-' ? 0 : openSync(path, 'r');
    return readBounded(fd, file, most, hint);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`, { file, cause: error });
  } finally {
    if (fd !== undefined && fd !== 0) closeSync(fd);
  }
}

/** A pipe or a device does not say how long it is: no more is read than the text may have. */
function readBounded(fd: number, file: string, most: number, hint: string): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = Buffer.allocUnsafe(READ_BYTES);
    const read = readSync(fd, piece);
    if (read === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, read));
    length += read;
    if (length > most)
      throw new InputError(`${file}: too large: it has more than ${most / MEBIBYTE} MiB; ${hint}`, { file });
  }
}
