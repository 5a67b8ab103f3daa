import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { TableFormat } from '../../tables/formats.js';
import { openPending, type PendingFile } from './atomic_file.js';
import { AbortError, BatchFileError, errorCode } from './errors.js';

/** What messages call it. */
const STDOUT = 'standard output';

/** Where verdict rows go. */
export type BatchSink =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly path: string; readonly format: TableFormat }
  | { readonly kind: 'stdout'; readonly format: TableFormat };

/** The sink a command line names: nothing, `-` for standard output, or a file. */
export function sinkOf(path: string | undefined, format: TableFormat): BatchSink {
  if (path === undefined) return { kind: 'none' };
  return path === '-' ? { kind: 'stdout', format } : { kind: 'file', path, format };
}

/** An open sink. Every one of its failures is a BatchFileError or an AbortError. */
export interface OpenSink {
  /** Takes the next text once there is room. Answers false where nobody reads any more. */
  write(text: string | Uint8Array): Promise<boolean>;
  /** Puts the output in place. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** Opens a sink; undefined for none. `stdout` stands for standard output. */
export async function openSink(
  sink: BatchSink,
  stdout: Writable,
  signal: AbortSignal | undefined,
): Promise<OpenSink | undefined> {
  if (sink.kind === 'none') return undefined;
  if (sink.kind === 'stdout') return new StreamSink(stdout, signal);
  return new FileSink(await openPending(sink.path));
}

/** Writes one text while the next is being made. */
class FileSink implements OpenSink {
  readonly #file: PendingFile;
  #writing: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(file: PendingFile) {
    this.#file = file;
  }

  async write(text: string | Uint8Array): Promise<boolean> {
    await this.#settle();
    this.#writing = this.#file.write(text).catch((error: unknown) => {
      this.#failure = error;
    });
    return true;
  }

  async finish(): Promise<void> {
    await this.#settle();
    await this.#file.commit();
  }

  async discard(): Promise<void> {
    await this.#writing;
    await this.#file.discard();
  }

  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Writes to a stream that is not ours to close. A reader that went away (EPIPE) ends the output without a word. */
class StreamSink implements OpenSink {
  readonly #stream: Writable;
  readonly #signal: AbortSignal | undefined;
  readonly #onError: (error: Error) => void;
  #failure: Error | undefined;

  constructor(stream: Writable, signal: AbortSignal | undefined) {
    this.#stream = stream;
    this.#signal = signal;
    this.#onError = (error) => {
      this.#failure ??= error;
    };
    stream.on('error', this.#onError);
  }

  async write(text: string | Uint8Array): Promise<boolean> {
    if (this.#isGone()) return false;
    if (!this.#stream.write(text)) await this.#drained();
    return !this.#isGone();
  }

  async finish(): Promise<void> {
    // An empty write is called back when all before it has been taken.
    await new Promise<void>((resolve) => {
      if (this.#isGone()) resolve();
      else this.#stream.write('', () => resolve());
    });
    this.#isGone();
    await this.discard();
  }

  async discard(): Promise<void> {
    // An EPIPE may still be on its way for what was written last: it must not end the process as an uncaught error.
    setImmediate(() => this.#stream.off('error', this.#onError));
  }

  /** Whether nobody reads any more. Throws a BatchFileError for any other failure. */
  #isGone(): boolean {
    if (this.#failure === undefined) return this.#stream.destroyed || this.#stream.writableEnded;
    if (errorCode(this.#failure) === 'EPIPE') return true;
    throw new BatchFileError('write', STDOUT, this.#failure);
  }

  async #drained(): Promise<void> {
    const done = new AbortController();
    const options = { signal: this.#signal ? AbortSignal.any([this.#signal, done.signal]) : done.signal };
    try {
      await Promise.race([once(this.#stream, 'drain', options), once(this.#stream, 'close', options)]);
    } catch (error) {
      if (this.#signal?.aborted) throw new AbortError(this.#signal.reason);
      // once() rejects with a stream's error, which #isGone() judges.
      if (this.#failure === undefined) throw error;
    } finally {
      done.abort();
    }
  }
}
