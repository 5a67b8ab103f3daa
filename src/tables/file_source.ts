import { type BigIntStats, closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ByteSource } from './columnar/row_batch_reader.js';

const SHORTER = 'ESHORT';
const PIECE_BYTES = 1 << 18;

const readSome = promisify(read);

/** Whether an error is one that FileBytes throws. */
export function isReadError(error: unknown): boolean {
  return error instanceof Error && ('syscall' in error || ('code' in error && error.code === SHORTER));
}

/** What an open regular file was when it was looked at, to find out whether it is still the same. */
export class FileState {
  readonly #fd: number;
  readonly #then: BigIntStats;

  /** Throws the system's error. */
  constructor(fd: number) {
    this.#fd = fd;
    this.#then = fstatSync(fd, { bigint: true });
  }

  get isFile(): boolean {
    return this.#then.isFile();
  }

  /** In bytes. */
  get size(): number {
    return Number(this.#then.size);
  }

  /** What became of the file since then, in words; undefined where it is the same, or no regular file. */
  change(): string | undefined {
    if (!this.isFile) return undefined;
    const { size, mtimeNs } = fstatSync(this.#fd, { bigint: true });
    const { size: before, mtimeNs: writtenBefore } = this.#then;
    if (size !== before) {
      const how = size < before ? 'shorter' : 'longer';
      return `it became ${how} while it was read (${before} bytes, then ${size})`;
    }
    return mtimeNs === writtenBefore ? undefined : 'it was written to while it was read';
  }
}

/** The bytes of an open file, read where they are asked for. The descriptor counts in every thread. */
export class FileBytes implements ByteSource {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Throws the system's error, and another where the file ends before: it did not when it was opened. */
  read(offset: number, into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      const bytes = readSync(this.fd, into, done, into.length - done, offset + done);
      if (bytes === 0) throw shorter();
      done += bytes;
    }
  }
}

/** An open regular file. */
export class TableFile extends FileBytes {
  /** In bytes, when it was opened. */
  readonly size: number;
  readonly #state: FileState;

  /** Over a descriptor, which close() closes. Throws the system's error. */
  constructor(fd: number) {
    super(fd);
    this.#state = new FileState(fd);
    this.size = this.#state.size;
  }

  /** Throws the system's error. */
  static open(path: string): TableFile {
    return new TableFile(openSync(path, 'r'));
  }

  /** What became of the file since it was opened, in words; undefined where it is the same. */
  change(): string | undefined {
    return this.#state.change();
  }

  /** Its bytes from the first to the last, as many as there were when it was opened. Throws as read() does, and the signal's reason. */
  async *pieces(signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    // One piece is read while the one before it is used.
    const readAhead = (at: number): Promise<Uint8Array> => {
      const piece = this.piece(at);
      // An error reaches the caller that waits for it.
      piece.catch(() => undefined);
      return piece;
    };
    let next = readAhead(0);
    try {
      for (let at = 0; at < this.size; ) {
        signal?.throwIfAborted();
        const piece = await next;
        if (piece.length === 0) throw shorter();
        at += piece.length;
        next = readAhead(at);
        yield piece;
      }
    } finally {
      // A file that is closed must not be read any more.
      await next.catch(() => undefined);
    }
  }

  /** Some bytes from `at` on; none at the end, wherever the file ends now. Throws the system's error. */
  async piece(at: number): Promise<Uint8Array> {
    const length = Math.min(PIECE_BYTES, this.size - at);
    if (length === 0) return new Uint8Array(0);
    const { bytesRead, buffer } = await readSome(this.fd, new Uint8Array(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  }

  close(): void {
    closeSync(this.fd);
  }
}

function shorter(): Error {
  return Object.assign(new Error('it became shorter while it was read'), { code: SHORTER });
}
