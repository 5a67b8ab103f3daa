import { BpfTokenSimError } from '../../errors.js';
import { RequestTableError } from '../../tables/request_table.js';
import { BatchFileError, errorCode } from '../errors.js';

/** Why a split could not be read: an error loses its class on its way between threads. */
export interface ReadFailure {
  readonly unreadable: string;
  /** Where it is the table that is wrong: the place a RequestTableError names. */
  readonly place?: Pick<RequestTableError, 'line' | 'column'>;
}

/** What reading a split gives, or why there is nothing. */
export function captureReadFailure<Answer>(read: () => Answer): Answer | ReadFailure {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestTableError) {
      const { reason, line, column } = error;
      return { unreadable: reason, place: { line, column } };
    }
    if (!(error instanceof BpfTokenSimError) && errorCode(error)) return { unreadable: (error as Error).message };
    throw error;
  }
}

/** What a worker read. Throws a RequestTableError or a BatchFileError where it could not. */
export function unwrap<Answer extends object>(file: string, answer: Answer | ReadFailure): Answer {
  if (!('unreadable' in answer)) return answer;
  const { unreadable: reason, place } = answer;
  if (place) throw new RequestTableError(file, place.line, place.column, reason);
  throw new BatchFileError('read', file, new Error(reason));
}
