import {
  close,
  closeSync,
  constants,
  fchmodSync,
  fsync,
  linkSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFile,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { BatchFileError, errorCode } from '../errors.js';
import { lstatOf, systemError, targetOf } from './target_path.js';
import { createTemporaryFile, releaseTemporary } from './temporary_files.js';

const PERMISSIONS = 0o7777;
const NEW_FILE = 0o666;
/** Bytes of the target's name in that of the temporary file: with the rest they fit every file system's limit. */
const MAX_NAME_BYTES = 100;
/** What file systems without hard links answer. */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

const [fill, sync, shut] = [promisify(writeFile), promisify(fsync), promisify(close)];

export interface AtomicFileOptions {
  /** Nothing may have the path, neither when the file is opened nor when it is put in place (EEXIST). */
  readonly isNew?: boolean;
}

/**
 * A regular file being written: it appears under its name whole, or not at all. Until then it lies beside its target
 * under another name. Every method but discard() throws a BatchFileError that names the target.
 */
export class AtomicFile {
  readonly path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #isNew: boolean;
  #fd: number | undefined;
  #isPlaced = false;

  private constructor(path: string, target: string, temporary: string, fd: number, isNew: boolean) {
    this.path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#fd = fd;
    this.#isNew = isNew;
  }

  /**
   * Starts a file that takes the place of `path` when it is complete. A symbolic link stays, also one to nothing: the file
   * it leads to is written. The permission bits of a file that is there are kept; one that must not be written to is
   * not replaced. Throws a BatchFileError.
   */
  static open(path: string, { isNew = false }: AtomicFileOptions = {}): AtomicFile {
    try {
      if (isNew && lstatOf(path)) throw systemError('EEXIST', 'it is already there');
      if (path === '' || path.endsWith('/')) throw systemError(path === '' ? 'ENOENT' : 'EISDIR', 'it names no file');
      const target = targetOf(path);
      const existing = statSync(target, { throwIfNoEntry: false });
      if (existing?.isDirectory()) throw systemError('EISDIR', 'it is a directory');
      if (existing) closeSync(openSync(target, constants.O_WRONLY | constants.O_NONBLOCK));
      const temporary = `${dirname(target)}/${temporaryName(basename(target))}`;
      const fd = createTemporaryFile(temporary, existing ? existing.mode & NEW_FILE : NEW_FILE);
      const file = new AtomicFile(path, target, temporary, fd, isNew);
      if (existing) file.#keepMode(existing);
      return file;
    } catch (error) {
      throw new BatchFileError('write', path, error);
    }
  }

  /** Appends; one call at a time. */
  async write(data: string | Uint8Array): Promise<void> {
    await this.#try(() => fill(this.#fd as number, data));
  }

  /** Brings everything to the disk: afterwards, no lack of room can keep the file from its place. */
  async prepare(): Promise<void> {
    await this.#try(async () => {
      await sync(this.#fd as number);
      await this.#close();
      // A folder that was removed or replaced meanwhile is an error before any output of several is in place.
      statSync(this.#temporary);
      if (lstatOf(this.#target)?.isDirectory()) throw systemError('EISDIR', 'it is a directory');
    });
  }

  /** Puts a file that was prepared in its place, replacing one that was there. */
  place(): void {
    try {
      if (this.#isNew) this.#placeNew();
      else renameSync(this.#temporary, this.#target);
      this.#isPlaced = true;
      releaseTemporary(this.#temporary);
    } catch (error) {
      throw new BatchFileError('write', this.path, error);
    }
  }

  /** Makes the place itself survive a power failure, where the file system lets a directory be synced. */
  async settle(): Promise<void> {
    const directory = await open(dirname(this.#target), 'r').catch(() => undefined);
    await directory?.sync().catch(() => undefined);
    await directory?.close().catch(() => undefined);
  }

  /** Removes what was written. Does nothing to a file in its place. */
  async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    if (this.#isPlaced) return;
    removeIfThere(this.#temporary);
    releaseTemporary(this.#temporary);
  }

  #keepMode({ mode }: Stats): void {
    try {
      fchmodSync(this.#fd as number, mode & PERMISSIONS);
    } catch (error) {
      closeSync(this.#fd as number);
      removeIfThere(this.#temporary);
      releaseTemporary(this.#temporary);
      throw error;
    }
  }

  /** Unlike renaming, linking never replaces. */
  #placeNew(): void {
    try {
      linkSync(this.#temporary, this.#target);
      unlinkSync(this.#temporary);
    } catch (error) {
      if (!NO_HARD_LINKS.includes(errorCode(error) ?? '')) throw error;
      if (lstatOf(this.#target)) throw systemError('EEXIST', 'it is already there');
      renameSync(this.#temporary, this.#target);
    }
  }

  async #close(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await shut(fd);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw new BatchFileError('write', this.path, error);
    }
  }
}

/** Cut between characters: a limit on names is one on bytes. */
function temporaryName(target: string): string {
  const { read } = new TextEncoder().encodeInto(target, new Uint8Array(MAX_NAME_BYTES));
  return `.${target.slice(0, read)}.${process.pid}-${Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString('hex')}.tmp`;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone with its folder.
  }
}
