import type * as DuckDB from '@duckdb/node-api';
import type { World } from '../../kernel/world.js';
import { type FleetingChunk, keptChunks, SliceReader } from '../../requests/columnar/slices.js';
import type { Problems } from '../../requests/problems.js';
import { REQUEST_COLUMNS, RequestTableError } from '../../requests/table.js';
import type { OpenTable } from '../open_table.js';
import { type AskedVector, askColumns } from './asked_columns.js';
import { duckdbReason, loadDuckDB, openDatabase, sqlText } from './duckdb.js';
import { GatheredRows } from './gathered_rows.js';
import { LANE_NUMBERS } from './lanes.js';
import type { TextEntries } from './text_entries.js';

/**
 * Opens a Parquet file: its requests come in the order of its rows. Texts become numbers inside DuckDB's query, by a function
 * that is called once for each entry of a dictionary; what they stand for is looked up as in Arrow. Rejects with a
 * RequestTableError for what is no Parquet file, or none of requests, and with a ParquetNotSupportedError without DuckDB.
 */
export async function openParquet(file: string, path: string, world: World, problems: Problems): Promise<OpenTable> {
  const duckdb = await loadDuckDB();
  const { instance, connection } = await openDatabase(duckdb);
  const close = (): void => {
    connection.interrupt();
    connection.closeSync();
    instance.closeSync();
  };
  try {
    const described = await told(file, () => connection.runAndReadAll(`DESCRIBE SELECT * FROM ${tableOf(path)}`));
    const found = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
    const vectors = askColumns(duckdb, connection, file, found, problems);
    const query = `SELECT num_rows FROM parquet_file_metadata(${sqlText(path)})`;
    const [[rows] = []] = (await told(file, () => connection.runAndReadAll(query))).getRows();
    const fleeting = rowsOf(connection, file, path, vectors, world, problems);
    return { chunks: keptChunks(fleeting), fleeting, totalRows: Number(rows), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function* rowsOf(
  connection: DuckDB.DuckDBConnection,
  file: string,
  path: string,
  vectors: readonly AskedVector[],
  world: World,
  problems: Problems,
): AsyncGenerator<FleetingChunk> {
  const columns = vectors.flatMap((vector) => vector.columns);
  const types = REQUEST_COLUMNS.map((_, place) => columns.find((column) => column.place === place)?.type);
  const slices = new SliceReader(file, world, types, problems);
  const known = new Map<TextEntries, number>();
  const gathered = new GatheredRows(vectors);
  let firstRow = 0;
  const taken = function* (): Generator<FleetingChunk> {
    for (const { place, texts } of columns) {
      if (texts?.isFull) throw tooManyTexts(file, REQUEST_COLUMNS[place] as string);
      if (!texts || known.get(texts) === texts.length) continue;
      known.set(texts, texts.length);
      slices.setEntries(place, texts);
    }
    const { rows } = gathered;
    yield* slices.read(gathered, gathered.batch(), 0, rows, firstRow);
    firstRow += rows;
    gathered.clear();
  };
  const query = `SELECT ${vectors.map(({ sql }) => sql).join(', ')} FROM ${tableOf(path)}`;
  const result = await told(file, () => connection.stream(query));
  for await (const { chunk, rows } of fetchedAhead(() => told(file, () => result.fetchChunk()))) {
    if (!gathered.hasRoom(rows)) yield* taken();
    gathered.add(chunk, rows);
  }
  if (gathered.rows > 0) yield* taken();
}

/** A chunk and its rows, which DuckDB counts anew whenever it is asked. */
interface FetchedChunk {
  readonly chunk: DuckDB.DuckDBDataChunk;
  readonly rows: number;
}

/** Chunks up to the last: while one is looked at, DuckDB's threads make the next. */
async function* fetchedAhead(fetch: () => Promise<DuckDB.DuckDBDataChunk | null>): AsyncGenerator<FetchedChunk> {
  const ahead = (): Promise<DuckDB.DuckDBDataChunk | null> => {
    const chunk = fetch();
    // Heard where it is awaited, which may be later.
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = ahead();
  try {
    for (;;) {
      const chunk = await next;
      const rows = chunk?.rowCount ?? 0;
      if (!chunk || rows === 0) return;
      next = ahead();
      yield { chunk, rows };
    }
  } finally {
    // A connection must not be closed before it has answered.
    await next.catch(() => undefined);
  }
}

function tooManyTexts(file: string, column: string): RequestTableError {
  const most = (LANE_NUMBERS - 1).toLocaleString('en');
  const reason = `column ${column} has more than ${most} different texts: as CSV, NDJSON or Arrow it could be read`;
  return new RequestTableError(file, undefined, column, reason);
}

function tableOf(path: string): string {
  return `read_parquet(${sqlText(path)})`;
}

/** Does what DuckDB may refuse to do; throws a RequestTableError with its words then. */
async function told<Result>(file: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw new RequestTableError(file, undefined, undefined, `it cannot be read as Parquet: ${duckdbReason(error)}`);
  }
}
