import { PoolError, WorkerCrashedError, wordsOf } from './errors.js';
import type { WorkerPool } from './worker_pool.js';

/** Times that a task is given to a worker, where each crashes. */
export const MAX_ATTEMPTS = 3;

/**
 * Runs a task on a pool, and again on another worker where one crashes. Rejects with a PoolError that calls the task `what`
 * after MAX_ATTEMPTS crashes, else as WorkerPool.run() does.
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

/** The error of work that is given up. */
export function taskCrashedWorkers(what: string, { cause }: WorkerCrashedError): PoolError {
  return new PoolError('TASK_CRASHED_WORKERS', `${MAX_ATTEMPTS} workers died ${what}: ${wordsOf(cause)}`, cause);
}
