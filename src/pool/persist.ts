import type { Crew } from './crew.js';
import { PoolError, WorkerDied, wordsOf } from './errors.js';

/** Workers that may die of one piece of work. */
export const MAX_DEATHS = 3;

/**
 * Runs a task on a crew, and again on another worker where one dies of it. Rejects with a PoolError that calls the work
 * `what` when MAX_DEATHS of them did, else as Crew.run() does.
 */
export async function persist<Result>(
  crew: Crew,
  what: string,
  make: (slot: number) => unknown,
  signal?: AbortSignal,
): Promise<Result> {
  for (let deaths = 1; ; deaths++) {
    try {
      return await crew.run<Result>(make, signal);
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      if (deaths === MAX_DEATHS) throw workKills(what, error);
    }
  }
}

/** The error of work that is given up. */
export function workKills(what: string, { cause }: WorkerDied): PoolError {
  return new PoolError('WORK_KILLS', `${MAX_DEATHS} workers died ${what}: ${wordsOf(cause)}`, cause);
}
