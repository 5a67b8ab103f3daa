import { isReadError } from '../file_source.js';
import { RequestTableError } from '../request_table.js';

/** Does what may fail in any way on bytes that are not what they should be; throws a RequestTableError then. */
export function withParquetErrors<Result>(
  file: string,
  column: string | undefined,
  what: string,
  read: () => Result,
): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestTableError || isReadError(error)) throw error;
    // What the engine says of bytes that make no sense tells people nothing.
    const isEngines = error instanceof TypeError || error instanceof RangeError;
    const why = error instanceof Error && !isEngines ? error.message : 'its bytes are damaged';
    throw new RequestTableError(file, undefined, column, `it cannot be read as Parquet: ${what}: ${why}`);
  }
}
