import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type DuckDBVector } from '@duckdb/node-api';
import type { World } from '../../src/kernel/world.js';
import { PRE_NAMES } from '../../src/request/fault_names.js';
import type { RequestFormat } from '../../src/tables/request_table.js';
import type { PipelineFormat } from './files.js';

/** The baseline for reading tables: DuckDB delivers the same columns as integers, chunk by chunk. */
export interface IntegerReader {
  /** Reads a whole table; `take` gets the columns of each chunk. Resolves with the number of rows. */
  read(take: (columns: readonly DuckDBVector[]) => void): Promise<number>;
  close(): void;
}

/** The files of a format: requests by name, and for Parquet the numbers that names stand for. */
export interface PipelineFiles {
  readonly requests: string;
  readonly numbers: string;
}

/** Opens the files of a format; null for Arrow, which DuckDB does not read. */
export async function openBaseline(
  world: World,
  format: PipelineFormat,
  { requests, numbers }: PipelineFiles,
  threads: number,
): Promise<IntegerReader | null> {
  if (format === 'arrow') return null;
  return format === 'parquet'
    ? openParquetBaseline(numbers, threads)
    : openTextBaseline(world, format, requests, threads);
}

/** Reads a text table of requests: each column of names has an enumeration type, whose codes the query returns. */
async function openTextBaseline(
  world: World,
  format: RequestFormat,
  path: string,
  threads: number,
): Promise<IntegerReader> {
  const { vocabulary } = world.profile;
  const numbers = (kind: 'cmds' | 'map_types' | 'prog_types' | 'attach_types'): string[] =>
    Array.from({ length: vocabulary.count[kind] }, (_, number) => vocabulary.nameOf(kind, number));
  const enumerations: Readonly<Record<string, readonly string[]>> = {
    tasks: world.tasks.map(({ name }) => name),
    tokens: world.tokens.map(({ name }) => name),
    cmds: numbers('cmds'),
    map_types: numbers('map_types'),
    prog_types: numbers('prog_types'),
    attach_types: numbers('attach_types'),
    faults: PRE_NAMES,
  };
  const columns =
    "{task: 'tasks', token: 'tokens', cmd: 'cmds', map_type: 'map_types', prog_type: 'prog_types', " +
    "expected_attach_type: 'attach_types', insn_cnt: 'UINTEGER', pre: 'faults'}";
  const table =
    format === 'csv'
      ? `read_csv(${sqlText(path)}, header = true, auto_detect = false, delim = ',', quote = '"', columns = ${columns})`
      : `read_json(${sqlText(path)}, format = 'newline_delimited', columns = ${columns})`;
  const query =
    'SELECT enum_code(task), enum_code(token), enum_code(cmd), coalesce(enum_code(map_type), enum_code(prog_type)), ' +
    `enum_code(expected_attach_type), insn_cnt, enum_code(pre) FROM ${table}`;
  return openReader(query, threads, async (connection) => {
    for (const [type, names] of Object.entries(enumerations)) {
      await connection.run(`CREATE TYPE ${type} AS ENUM (${names.map(sqlText).join(', ')})`);
    }
  });
}

/** Reads a Parquet table whose columns are integers as they are. */
async function openParquetBaseline(path: string, threads: number): Promise<IntegerReader> {
  return openReader(`SELECT * FROM read_parquet(${sqlText(path)})`, threads, async () => {});
}

/** Rewrites some columns of a Parquet file with DuckDB. */
export async function rewriteParquet(from: string, to: string, columns: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT ${columns.join(', ')} FROM read_parquet(${sqlText(from)})) TO ${sqlText(to)} (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function openReader(
  query: string,
  threads: number,
  prepare: (connection: DuckDBConnection) => Promise<void>,
): Promise<IntegerReader> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`SET threads = ${threads}`);
  // At least a row group of read-ahead: otherwise its threads wait for each other.
  await connection.run("SET streaming_buffer_size = '32MB'");
  await prepare(connection);
  return {
    read: async (take) => readChunks(await connection.stream(query), take),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function readChunks(result: DuckDBResult, take: (columns: readonly DuckDBVector[]) => void): Promise<number> {
  const { columnCount } = result;
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    // Called once: a call takes as long as two hundred rows.
    const some = chunk?.rowCount ?? 0;
    if (!chunk || some === 0) return rows;
    rows += some;
    take(Array.from({ length: columnCount }, (_, column) => chunk.getColumnVector(column)));
  }
}
