// One run of DuckDB: node copy.js FROM TO FORMAT THREADS copies the columns of a table of requests to a table of the same format, and
// prints how long that took as JSON.

import { DuckDBInstance } from '@duckdb/node-api';

const READERS: Readonly<Record<string, (path: string) => string>> = {
  csv: (path) => `read_csv('${path}', header = true)`,
  ndjson: (path) => `read_json('${path}', format = 'newline_delimited')`,
  parquet: (path) => `read_parquet('${path}')`,
};
const OPTIONS: Readonly<Record<string, string>> = {
  csv: 'FORMAT csv, HEADER',
  ndjson: 'FORMAT json',
  parquet: 'FORMAT parquet',
};

const [from, to, format, threads] = process.argv.slice(2) as [string, string, string, string];
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`SET threads = ${threads}`);
const started = performance.now();
const result = await connection.run(`COPY (SELECT * FROM ${READERS[format]?.(from)}) TO '${to}' (${OPTIONS[format]})`);
const elapsed = performance.now() - started;
console.log(
  JSON.stringify({
    rows: result.rowsChanged,
    elapsed_ms: elapsed,
    peak_memory_bytes: 1024 * process.resourceUsage().maxRSS,
  }),
);
connection.closeSync();
instance.closeSync();
