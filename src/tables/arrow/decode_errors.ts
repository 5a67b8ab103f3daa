import { RequestTableError } from '../request_table.js';

/** Does what may fail in any way on bytes that are not what they should be; throws a RequestTableError then. */
export function withArrowErrors<Result>(file: string, what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestTableError || (error instanceof Error && 'syscall' in error)) throw error;
    // What the engine says of bytes that make no sense tells people nothing.
    const isEngines = error instanceof TypeError || error instanceof RangeError;
    const why = error instanceof Error && !isEngines ? error.message : 'its bytes are damaged';
    throw new RequestTableError(file, undefined, undefined, `${what} cannot be read as Arrow IPC: ${why}`);
  }
}
