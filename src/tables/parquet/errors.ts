import { BpfTokenSimError } from '../../errors.js';
import type { TableTarget } from '../writers.js';

/** DuckDB, which reads and writes Parquet, is not installed, or does not run here. */
export class ParquetNotSupportedError extends BpfTokenSimError {
  override readonly name = 'ParquetNotSupportedError';
  override readonly code = 'PARQUET_NOT_SUPPORTED';

  constructor(cause: unknown) {
    super(
      'Parquet is read and written by DuckDB, which is not installed: npm install @duckdb/node-api@1.5.5-r.5 ' +
        '(Arrow needs nothing: bpftoken reads and writes .arrow by itself)',
      { cause },
    );
  }
}

/** The rows of a table could not be put down where they lie until a Parquet file is made of them: there is no room, say. */
export class ParquetWriteError extends BpfTokenSimError {
  override readonly name = 'ParquetWriteError';
  override readonly code = 'PARQUET_WRITE';

  constructor({ file, folder }: TableTarget, reason: string, cause: unknown) {
    super(`cannot write ${file}: ${reason}; the rows of a Parquet table lie in ${folder} until it is made`, { cause });
  }
}
