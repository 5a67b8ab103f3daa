import { setImmediate } from 'node:timers/promises';

/** Bytes that are read between two looks at the clock: rows with a problem may take a hundred times as long as others. */
const SLICE_BYTES = 16_384;
/** Milliseconds of work after which signals and timers get a turn. */
const TURN_MS = 50;

/**
 * The slices of a piece of text, in order. Where reading them takes long, signals and timers get their turn in between. Throws
 * the signal's reason once it is given.
 */
export async function* readInTurns(piece: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  let turnedAt = performance.now();
  for (let at = 0; at < piece.length; at += SLICE_BYTES) {
    yield piece.subarray(at, at + SLICE_BYTES);
    if (performance.now() - turnedAt < TURN_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    turnedAt = performance.now();
  }
}
