import { BpfTokenSimError } from '../errors.js';

/** Why a pool could not complete its work. */
export type PoolErrorCode =
  /** The pool was closed before the work was done. */
  | 'CLOSED'
  /** MAX_ATTEMPTS workers crashed on the same task. */
  | 'TASK_CRASHED_WORKERS'
  /** Workers crash as they start. */
  | 'NO_WORKERS';

/** A pool could not complete its work; `code` says why, `cause` is the error of the last worker that crashed. */
export class PoolError extends BpfTokenSimError {
  override readonly name = 'PoolError';
  override readonly code: PoolErrorCode;

  constructor(code: PoolErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The worker crashed before it completed its task. The caller decides whether to run the task again. */
export class WorkerCrashedError extends BpfTokenSimError {
  override readonly name = 'WorkerCrashedError';
  override readonly code = 'WORKER_CRASHED';

  constructor(cause: unknown) {
    super(errorMessage(cause), { cause });
  }
}

/** The error of closed pools. */
export function closedError(): PoolError {
  return new PoolError('CLOSED', 'the pool is closed');
}

/** The message of an error, for another message. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
