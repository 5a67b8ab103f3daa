import { errorMessage, PoolError, WorkerCrashedError } from './errors.js';
import type { WorkerPool } from './worker_pool.js';

/** Attempts at a task that crashes its workers. */
export const MAX_ATTEMPTS = 3;

/**
 * Runs a task on a pool, and again on another worker after a crash. Rejects with a PoolError that calls the task `what` after
 * MAX_ATTEMPTS crashes, else as WorkerPool.run() does.
 */
export async function runWithRetry<Result>(
  workerPool: WorkerPool,
  what: string,
  make: (slot: number) => unknown,
  signal?: AbortSignal,
): Promise<Result> {
  for (let workerCrashes = 1; ; workerCrashes++) {
    try {
      return await workerPool.run<Result>(make, signal);
    } catch (error) {
      if (!(error instanceof WorkerCrashedError)) throw error;
      if (workerCrashes === MAX_ATTEMPTS) throw taskCrashedWorkers(what, error);
    }
  }
}

/** The error of a task that is abandoned. */
export function taskCrashedWorkers(what: string, { cause }: WorkerCrashedError): PoolError {
  return new PoolError(
    'TASK_CRASHED_WORKERS',
    `${MAX_ATTEMPTS} workers crashed ${what}: ${errorMessage(cause)}`,
    cause,
  );
}
