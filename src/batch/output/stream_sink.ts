import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AbortError, throwIfAborted } from '../../errors.js';
import { BatchFileError, errorCode } from '../errors.js';
import { openFifoWriter } from './fifo_writer.js';
import type { OpenSink } from './open_sink.js';

/** Writes to a stream that the caller owns. EPIPE, a reader that went away, ends the output silently. */
export class StreamSink implements OpenSink {
  readonly name: string;
  readonly #stream: Writable;
  readonly #signal: AbortSignal | undefined;
  readonly #onError: (error: Error) => void;
  #failure: Error | undefined;

  constructor(name: string, stream: Writable, signal: AbortSignal | undefined) {
    this.name = name;
    this.#stream = stream;
    this.#signal = signal;
    this.#onError = (error) => {
      this.#failure ??= error;
    };
    stream.on('error', this.#onError);
  }

  async write(text: string | Uint8Array, done?: () => void): Promise<boolean> {
    if (this.#isGone()) return false;
    // A stream may keep what it is given for as long as it likes.
    const kept = done && typeof text !== 'string' ? Buffer.from(text) : text;
    done?.();
    if (!this.#stream.write(kept)) await this.#drained();
    return !this.#isGone();
  }

  async prepare(): Promise<void> {
    if (this.#isGone()) return;
    // An empty write is called back when all before it has been taken, or when the stream fails.
    await this.#unlessAborted(() => new Promise<void>((resolve) => this.#stream.write('', () => resolve())));
    this.#isGone();
    await this.discard();
  }

  place(): void {}

  async settle(): Promise<void> {}

  async discard(): Promise<void> {
    // An EPIPE may still be on its way for what was written last: it must not end the process as an uncaught error.
    setImmediate(() => this.#stream.off('error', this.#onError));
  }

  /** Whether the output has lost its reader. Throws a BatchFileError for any other failure. */
  #isGone(): boolean {
    if (this.#failure === undefined) return this.#stream.destroyed || this.#stream.writableEnded;
    if (errorCode(this.#failure) === 'EPIPE') return true;
    throw new BatchFileError('write', this.name, this.#failure);
  }

  async #drained(): Promise<void> {
    try {
      await this.#unlessAborted((signal) =>
        Promise.race([once(this.#stream, 'drain', { signal }), once(this.#stream, 'close', { signal })]),
      );
    } catch (error) {
      // once() rejects with a stream's error, which #isGone() judges.
      if (error instanceof AbortError || this.#failure === undefined) throw error;
    }
  }

  /** Waits for `work`, which is given a signal that ends its waiting. Throws an AbortError after the sink's own. */
  async #unlessAborted(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    throwIfAborted(this.#signal);
    const done = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      const abort = () => reject(new AbortError(this.#signal?.reason));
      this.#signal?.addEventListener('abort', abort, { once: true, signal: done.signal });
    });
    try {
      await Promise.race([work(done.signal), aborted]);
    } finally {
      done.abort();
    }
  }
}

/** Writes to a FIFO, which is opened for the first text: its reader may come late. */
export class FifoSink implements OpenSink {
  readonly name: string;
  readonly #signal: AbortSignal | undefined;
  #stream: Writable | undefined;
  #sink: StreamSink | undefined;

  constructor(path: string, signal: AbortSignal | undefined) {
    this.name = path;
    this.#signal = signal;
  }

  async write(text: string | Uint8Array, done?: () => void): Promise<boolean> {
    return (await this.#open()).write(text, done);
  }

  async prepare(): Promise<void> {
    await (await this.#open()).prepare();
    this.#stream?.end();
  }

  place(): void {}

  async settle(): Promise<void> {}

  async discard(): Promise<void> {
    await this.#sink?.discard();
    this.#stream?.destroy();
  }

  async #open(): Promise<StreamSink> {
    if (this.#sink) return this.#sink;
    try {
      this.#stream = await openFifoWriter(this.name, this.#signal);
    } catch (error) {
      throw error instanceof AbortError ? error : new BatchFileError('write', this.name, error);
    }
    // An error after its end has no other listener.
    this.#stream.on('error', () => undefined);
    this.#sink = new StreamSink(this.name, this.#stream, this.#signal);
    return this.#sink;
  }
}
