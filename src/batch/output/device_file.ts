import { close, constants, openSync, writeFile } from 'node:fs';
import { promisify } from 'node:util';
import { BatchFileError } from '../errors.js';
import type { WrittenFile } from './file_sink.js';

const [fill, shut] = [promisify(writeFile), promisify(close)];

/** A device, or a file that is there as a descriptor: nothing to put in place. */
export class DeviceFile implements WrittenFile {
  readonly path: string;
  readonly #fd: number;
  #isOpen: boolean;

  private constructor(path: string, fd: number, isOwn: boolean) {
    this.path = path;
    this.#fd = fd;
    this.#isOpen = isOwn;
  }

  /** Throws a BatchFileError. */
  static open(path: string): DeviceFile {
    try {
      return new DeviceFile(path, openSync(path, constants.O_WRONLY | constants.O_NOCTTY), true);
    } catch (error) {
      throw new BatchFileError('write', path, error);
    }
  }

  /** Writes where the descriptor is, and leaves it open. */
  static over(path: string, fd: number): DeviceFile {
    return new DeviceFile(path, fd, false);
  }

  async write(data: string | Uint8Array): Promise<void> {
    try {
      await fill(this.#fd, data);
    } catch (error) {
      throw new BatchFileError('write', this.path, error);
    }
  }

  async prepare(): Promise<void> {
    await this.discard();
  }

  place(): void {}

  async settle(): Promise<void> {}

  async discard(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await shut(this.#fd).catch(() => undefined);
  }
}
