import { closeSync, constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { TableFile } from './file_source.js';

/** A file that is open for reading: a regular one, or something whose bytes come once, as of a FIFO or a device. */
export interface InputFile {
  /** Where it is a regular file: its bytes in any order. */
  readonly file: TableFile | undefined;
  /** The bytes from the first to the last; called once at most. Throws the system's error, and another after the signal. */
  pieces(signal?: AbortSignal): AsyncGenerator<Uint8Array>;
  /** What became of the file since it was opened, in words; undefined where it is the same, and for all but regular files. */
  change(): string | undefined;
  close(): void;
}

/**
 * Opens a file without waiting: a FIFO that has no writer yet is waited for where its bytes are, so that a signal is
 * heard meanwhile. Throws the system's error, EISDIR for a directory.
 */
export function openInputFile(path: string): InputFile {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const found = fstatSync(fd);
    if (found.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    if (!found.isFile()) return new StreamedFile(fd, found.isFIFO());
    const file = new TableFile(fd);
    return { file, pieces: (signal) => file.pieces(signal), change: () => file.change(), close: () => file.close() };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

class StreamedFile implements InputFile {
  readonly file = undefined;
  readonly #fd: number;
  readonly #isFifo: boolean;
  #stream: Readable | undefined;

  constructor(fd: number, isFifo: boolean) {
    this.#fd = fd;
    this.#isFifo = isFifo;
  }

  async *pieces(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    this.#stream = this.#open();
    if (signal) addAbortSignal(signal, this.#stream);
    yield* this.#stream as AsyncIterable<Uint8Array>;
  }

  change(): undefined {
    return undefined;
  }

  close(): void {
    if (this.#stream) this.#stream.destroy();
    else closeSync(this.#fd);
  }

  /** A stream that owns the descriptor. A terminal's and a FIFO's wait for bytes in the event loop. */
  #open(): Readable {
    if (this.#isFifo) return new Socket({ fd: this.#fd, readable: true, writable: false });
    return isatty(this.#fd) ? new ReadStream(this.#fd) : createReadStream('', { fd: this.#fd });
  }
}
