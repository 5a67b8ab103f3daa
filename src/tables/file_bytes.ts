import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../requests/columnar/slices.js';

const SHORTER = 'ESHORT';

/** Whether an error is one that FileBytes throws. */
export function isReadError(error: unknown): boolean {
  return error instanceof Error && ('syscall' in error || ('code' in error && error.code === SHORTER));
}

/** The bytes of an open file, read where they are asked for. The descriptor counts in every thread. */
export class FileBytes implements ByteSource {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Opens a file; throws the system's error. */
  static open(path: string): FileBytes {
    return new FileBytes(openSync(path, 'r'));
  }

  /** Throws the system's error, and another where the file ends before: it did not when it was opened. */
  read(offset: number, into: Uint8Array): void {
    let done = 0;
    while (done < into.length) {
      const bytes = readSync(this.fd, into, done, into.length - done, offset + done);
      if (bytes === 0) throw Object.assign(new Error('it became shorter while it was read'), { code: SHORTER });
      done += bytes;
    }
  }

  /** In bytes. */
  get size(): number {
    return fstatSync(this.fd).size;
  }

  close(): void {
    closeSync(this.fd);
  }
}
