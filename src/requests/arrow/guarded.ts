import { RequestTableError } from '../table.js';

/** Does what may fail in any way on bytes that are not what they should be; throws a RequestTableError then. */
export function guarded<Result>(file: string, what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestTableError || (error instanceof Error && 'syscall' in error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RequestTableError(file, undefined, undefined, `${what} cannot be read as Arrow IPC: ${why}`);
  }
}
