import { availableParallelism } from 'node:os';

/** Threads where none are asked for: one for each core this process may use, and `most` of them. */
export function defaultThreads(most = Number.POSITIVE_INFINITY): number {
  return Math.min(availableParallelism(), most);
}
