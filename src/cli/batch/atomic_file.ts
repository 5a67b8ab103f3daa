import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { BatchFileError, errorCode } from './errors.js';

const PERMISSIONS = 0o7777;

/** A file being written: it appears under its name whole, or not at all. */
export interface PendingFile {
  /** Appends. Throws a BatchFileError; the caller then discards. */
  write(text: string | Uint8Array): Promise<void>;
  /** Puts the file in its place, replacing one that was there. Discards and throws a BatchFileError if that fails. */
  commit(): Promise<void>;
  /** Removes what was written. Does nothing after commit(). */
  discard(): Promise<void>;
}

/**
 * Opens a file that takes the place of `path` when it is complete. Until then it lies beside it under another name.
 * A symbolic link is followed; an existing file's permission bits are kept. What is no regular file (a pipe, /dev/null)
 * cannot be replaced and is written to as it is. Throws a BatchFileError.
 */
export async function openPending(path: string): Promise<PendingFile> {
  try {
    const existing = await statOf(path);
    if (existing && !existing.isFile() && !existing.isDirectory()) return new DirectFile(path, await open(path, 'w'));
    if (existing?.isDirectory()) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
    const target = existing ? await realpath(path) : path;
    const unique = `.${basename(target).slice(0, 100)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
    const temporary = join(dirname(target), unique);
    const handle = await open(temporary, 'wx');
    const pending = new AtomicFile(path, target, temporary, handle);
    if (existing) await pending.keepMode(existing.mode & PERMISSIONS);
    return pending;
  } catch (error) {
    throw error instanceof BatchFileError ? error : new BatchFileError('write', path, error);
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** A regular file, written beside its target. */
class AtomicFile implements PendingFile {
  readonly #path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #isDone = false;

  constructor(path: string, target: string, temporary: string, handle: FileHandle) {
    this.#path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  async keepMode(mode: number): Promise<void> {
    try {
      await this.#handle.chmod(mode);
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  async write(text: string | Uint8Array): Promise<void> {
    await writeAll(this.#handle, this.#path, text);
  }

  async commit(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporary, this.#target);
      this.#isDone = true;
    } catch (error) {
      await this.discard();
      throw new BatchFileError('write', this.#path, error);
    }
    await syncDirectory(dirname(this.#target));
  }

  async discard(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    // Closing a handle twice and removing what is gone are the only ways these fail, and neither matters here.
    await this.#handle.close().catch(() => undefined);
    await unlink(this.#temporary).catch(() => undefined);
  }
}

/** A pipe or a device: nothing to put in place. */
class DirectFile implements PendingFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async write(text: string | Uint8Array): Promise<void> {
    await writeAll(this.#handle, this.#path, text);
  }

  async commit(): Promise<void> {
    await this.discard();
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }
}

/** Writes on where the handle is. Throws a BatchFileError that names the output, not the file beside it. */
async function writeAll(handle: FileHandle, path: string, text: string | Uint8Array): Promise<void> {
  try {
    await handle.writeFile(text);
  } catch (error) {
    throw new BatchFileError('write', path, error);
  }
}

/** Makes the rename itself survive a power failure, where the file system lets a directory be synced. */
async function syncDirectory(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } catch {
    // Some file systems and platforms refuse; the file is in place all the same.
  } finally {
    await handle?.close().catch(() => undefined);
  }
}
