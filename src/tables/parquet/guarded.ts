import { RequestTableError } from '../../requests/table.js';
import { isReadError } from '../file_bytes.js';

/** Does what may fail in any way on bytes that are not what they should be; throws a RequestTableError then. */
export function guarded<Result>(file: string, column: string | undefined, what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestTableError || isReadError(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new RequestTableError(file, undefined, column, `it cannot be read as Parquet: ${what}: ${why}`);
  }
}
