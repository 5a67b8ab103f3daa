import type * as DuckDB from '@duckdb/node-api';
import { ParquetNotSupportedError } from './errors.js';

/** Has DuckDB make more ahead of what is fetched, a row group and more: else its threads wait for each other. */
export const MAKE_AHEAD = "SET streaming_buffer_size = '32MB'";

/** Loads DuckDB. Rejects with a ParquetNotSupportedError where there is none. */
export async function loadDuckDB(): Promise<typeof DuckDB> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new ParquetNotSupportedError(error);
  }
}

/** Opens a database that reads nothing from anywhere but the files it is given. `path` is where it lies; in memory by default. */
export async function openDatabase(
  duckdb: typeof DuckDB,
  path = ':memory:',
): Promise<{ instance: DuckDB.DuckDBInstance; connection: DuckDB.DuckDBConnection }> {
  const instance = await duckdb.DuckDBInstance.create(path, {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(MAKE_AHEAD);
  return { instance, connection };
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as SQL writes it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** What DuckDB says went wrong, in one line. */
export function duckdbReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // As every other output says it; DuckDB also stops before the disk is full to the last byte.
  if (/No space left on device|failed to offload data block/.test(message))
    return 'no space left on the device (ENOSPC)';
  return (message.split('\n')[0] as string).replace(/^[A-Za-z ]+ Error: /, '');
}
