import type { OpenSink } from './open_sink.js';

/** A file that takes one write at a time: OpenSink says what the methods do. */
export interface WrittenFile {
  readonly path: string;
  write(data: string | Uint8Array): Promise<void>;
  prepare(): Promise<void>;
  place(): void;
  settle(): Promise<void>;
  discard(): Promise<void>;
}

/** Writes one text while the next is being made. */
export class FileSink implements OpenSink {
  readonly name: string;
  readonly #file: WrittenFile;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(file: WrittenFile) {
    this.name = file.path;
    this.#file = file;
  }

  async write(text: string | Uint8Array, done?: () => void): Promise<boolean> {
    await this.#written();
    const write = async (): Promise<void> => {
      try {
        await this.#file.write(text);
      } catch (error) {
        this.#failure = error;
      }
      done?.();
    };
    this.#writing = write();
    return true;
  }

  async prepare(): Promise<void> {
    await this.#written();
    await this.#file.prepare();
  }

  place(): void {
    this.#file.place();
  }

  async settle(): Promise<void> {
    await this.#file.settle();
  }

  async discard(): Promise<void> {
    await this.#writing;
    await this.#file.discard();
  }

  async #written(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
