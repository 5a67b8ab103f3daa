import { RequestTableError } from '../../tables/request_table.js';
import { BatchFileError, errorCode } from '../errors.js';

/** A part of a table that could not be read, and why: an error loses its class on its way between threads. */
export interface ReadFailure {
  readonly unreadable: string;
  /** Where it is the table that is wrong: the place a RequestTableError names. */
  readonly place?: Pick<RequestTableError, 'line' | 'column'>;
}

/** The file ends before it did when it was opened. */
export class FileTruncatedError extends Error {
  constructor() {
    super('it became shorter while it was read');
  }
}

/** What reading a part gives, or why there is nothing. */
export function captureReadFailure<Answer>(read: () => Answer): Answer | ReadFailure {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestTableError) {
      const { reason, line, column } = error;
      return { unreadable: reason, place: { line, column } };
    }
    if (error instanceof FileTruncatedError || errorCode(error)) return { unreadable: (error as Error).message };
    throw error;
  }
}

/** What a worker answered. Throws a RequestTableError or a BatchFileError where that is that a part cannot be read. */
export function unwrap<Answer extends object>(file: string, answer: Answer | ReadFailure): Answer {
  if (!('unreadable' in answer)) return answer;
  const { unreadable: reason, place } = answer;
  if (place) throw new RequestTableError(file, place.line, place.column, reason);
  throw new BatchFileError('read', file, new Error(reason));
}
