import { BpfTokenSimError } from '../../errors.js';

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
