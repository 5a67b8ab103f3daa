import { BpfTokenSimError } from '../errors.js';

/** Why a pool could not do what it was asked. */
export type PoolErrorCode =
  /** The pool was closed before the work was done. */
  | 'CLOSED'
  /** Every worker that was given a part of the work died of it. */
  | 'TASK_CRASHED_WORKERS'
  /** Workers die as they start: there is nobody to give work to. */
  | 'NO_WORKERS';

/** A pool did not do what it was asked; `code` says why, `cause` is the last worker's error where one died. */
export class PoolError extends BpfTokenSimError {
  override readonly name = 'PoolError';
  override readonly code: PoolErrorCode;

  constructor(code: PoolErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The worker that had a task died before it answered. Whoever gave the task decides whether it is given again. */
export class WorkerCrashedError extends BpfTokenSimError {
  override readonly name = 'WorkerCrashedError';
  override readonly code = 'WORKER_CRASHED';

  constructor(cause: unknown) {
    super(wordsOf(cause), { cause });
  }
}

/** The error of closed pools. */
export function closedError(): PoolError {
  return new PoolError('CLOSED', 'the pool is closed');
}

/** An error in a few words. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
