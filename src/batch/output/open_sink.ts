import { throwIfAborted } from '../../errors.js';
import { BatchFileError } from '../errors.js';

/** An open sink. Every one of its failures is a BatchFileError or an AbortError. */
export interface OpenSink {
  /** What messages call it. */
  readonly name: string;
  /**
   * Takes the next text once there is room. Returns false once the output has no reader. `done` is called when the bytes are not needed
   * any more; without it they may not be changed.
   */
  write(text: string | Uint8Array, done?: () => void): Promise<boolean>;
  /** Waits until everything is on the disk, or with its reader. */
  prepare(): Promise<void>;
  /** Puts the output in place, after prepare(): one step, which no signal can interrupt. */
  place(): void;
  /** Makes the place itself survive a power failure. */
  settle(): Promise<void>;
  /** Leaves nothing behind. Does nothing to an output in its place. */
  discard(): Promise<void>;
}

/**
 * Completes the outputs of one command: none is put in place before all are on the disk. Throws a BatchFileError, or an
 * AbortError after the signal; the caller then discards.
 */
export async function finishAll(
  sinks: readonly (OpenSink | undefined)[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const output of sinks) await output?.prepare();
  await placeAll(sinks, signal);
}

/** The same for outputs that are all prepared. */
export async function placeAll(
  sinks: readonly (OpenSink | undefined)[],
  signal: AbortSignal | undefined,
): Promise<void> {
  throwIfAborted(signal);
  const outputs = sinks.filter((sink) => sink !== undefined);
  const placed: string[] = [];
  for (const output of outputs) {
    try {
      output.place();
    } catch (error) {
      throw error instanceof BatchFileError && placed.length > 0 ? error.butWritten(placed) : error;
    }
    placed.push(output.name);
  }
  for (const output of outputs) await output.settle();
}
