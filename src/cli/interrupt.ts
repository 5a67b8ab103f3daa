import { endBySignal } from '../batch/output/temporary_files.js';

/** Ctrl-C, a request to end, and the terminal going away. */
const HEEDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** `timeout`, shells and package managers send one signal twice: only a later one means that waiting takes too long. */
const IMPATIENT_AFTER_MS = 1000;

/**
 * Runs work that SIGINT, SIGTERM and SIGHUP end cleanly: its signal is given, and the work cleans up. A second one that
 * comes a second later or more ends the process at once; temporary files are removed then, too.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let stoppedAt: number | undefined;
  let isOver = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stoppedAt === undefined) {
      stoppedAt = performance.now();
      controller.abort();
    } else if (!isOver && performance.now() - stoppedAt >= IMPATIENT_AFTER_MS) {
      endBySignal(signal);
    }
  };
  const forget = (): void => {
    for (const name of HEEDED) process.off(name, stop);
  };
  for (const name of HEEDED) process.on(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    isOver = true;
    // What comes again while the process says that it was interrupted does not change its exit status.
    if (stoppedAt === undefined) forget();
    else setTimeout(forget, IMPATIENT_AFTER_MS).unref();
  }
}
