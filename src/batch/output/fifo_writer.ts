import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { throwIfAborted } from '../../errors.js';
import { errorCode } from '../errors.js';

/** Milliseconds between two looks for a reader. */
const POLL_MS = 20;

/**
 * Opens a FIFO for writing once a process reads it. A plain open() would wait inside a system call, which keeps the
 * process from ending. Throws the system's error, or an AbortError after the signal.
 */
export async function openFifoWriter(path: string, signal: AbortSignal | undefined): Promise<Writable> {
  for (;;) {
    throwIfAborted(signal);
    const fd = tryToOpen(path);
    if (fd !== undefined) return new Socket({ fd, readable: false, writable: true });
    await setTimeout(POLL_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

function tryToOpen(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (errorCode(error) === 'ENXIO') return undefined;
    throw error;
  }
}
