import type * as DuckDB from '@duckdb/node-api';
import type { World } from '../../kernel/world.js';
import type { CellType, NumberType } from '../../requests/columnar/cells.js';
import { DESK_ROWS } from '../../requests/columnar/desk.js';
import { findColumns } from '../../requests/columnar/header.js';
import {
  type ByteSource,
  type ColumnRegions,
  type FleetingChunk,
  keptChunks,
  type RowBatch,
  SliceReader,
} from '../../requests/columnar/slices.js';
import { TextEntries } from '../../requests/columnar/text_entries.js';
import type { Problems } from '../../requests/problems.js';
import { REQUEST_COLUMNS, RequestTableError } from '../../requests/table.js';
import type { OpenTable } from '../open_table.js';
import { duckdbReason, loadDuckDB, openDatabase, sqlName, sqlText } from './duckdb.js';
import { numbering } from './numbering.js';
import type { NumberVector } from './vectors.js';

/** What integers are in DuckDB, as cells. */
const NUMBERS: Readonly<Record<string, NumberType>> = {
  TINYINT: { kind: 'numbers', bytes: 1, isSigned: true },
  UTINYINT: { kind: 'numbers', bytes: 1, isSigned: false },
  SMALLINT: { kind: 'numbers', bytes: 2, isSigned: true },
  USMALLINT: { kind: 'numbers', bytes: 2, isSigned: false },
  INTEGER: { kind: 'numbers', bytes: 4, isSigned: true },
  UINTEGER: { kind: 'numbers', bytes: 4, isSigned: false },
  BIGINT: { kind: 'numbers', bytes: 8, isSigned: true },
  UBIGINT: { kind: 'numbers', bytes: 8, isSigned: false },
};
const ENTRY_NUMBERS = NUMBERS.INTEGER as NumberType;
/** What DuckDB makes ahead: enough for a row group and more, so that its threads read one each. */
const BUFFER = '32MB';
/** Between what lies in a row in the offsets of GatheredRows. */
const COLUMN_STRIDE = 2 ** 20;

/** A request column, and how it is asked for. */
interface AskedColumn {
  /** In REQUEST_COLUMNS. */
  readonly place: number;
  readonly type: CellType;
  readonly sql: string;
  /** The texts of the column, where it has any. */
  readonly texts?: TextEntries;
}

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
    const columns = await askedColumns(duckdb, connection, file, path, problems);
    const query = `SELECT num_rows FROM parquet_file_metadata(${sqlText(path)})`;
    const [[rows] = []] = (await told(file, () => connection.runAndReadAll(query))).getRows();
    const fleeting = rowsOf(connection, file, path, columns, world, problems);
    return { chunks: keptChunks(fleeting), fleeting, totalRows: Number(rows), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Looks at the file's columns. */
async function askedColumns(
  duckdb: typeof DuckDB,
  connection: DuckDB.DuckDBConnection,
  file: string,
  path: string,
  problems: Problems,
): Promise<AskedColumn[]> {
  const described = await told(file, () => connection.runAndReadAll(`DESCRIBE SELECT * FROM ${tableOf(path)}`));
  const found = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
  const places = findColumns(
    file,
    found.map(({ name }) => name),
    problems,
  );
  return places.flatMap((at, place): AskedColumn[] => {
    if (at === -1) return [];
    const { name, type } = found[at] as (typeof found)[number];
    const numbers = NUMBERS[type];
    if (numbers) return [{ place, type: numbers, sql: sqlName(name) }];
    if (type !== 'VARCHAR' && !type.startsWith('ENUM(')) {
      const column = REQUEST_COLUMNS[place] as string;
      throw new RequestTableError(file, undefined, column, `column ${column} is ${type}: integers or text can be read`);
    }
    const texts = new TextEntries();
    const call = `entry_${place}`;
    connection.registerScalarFunction(numbering(duckdb, call, texts));
    const index = { kind: 'dictionary', index: ENTRY_NUMBERS, dictionary: place } as const;
    return [{ place, type: index, sql: `${call}(${sqlName(name)}::VARCHAR)`, texts }];
  });
}

async function* rowsOf(
  connection: DuckDB.DuckDBConnection,
  file: string,
  path: string,
  columns: readonly AskedColumn[],
  world: World,
  problems: Problems,
): AsyncGenerator<FleetingChunk> {
  const types = REQUEST_COLUMNS.map((_, place) => columns.find((column) => column.place === place)?.type);
  const slices = new SliceReader(file, world, types, problems);
  const versions = new Map<TextEntries, number>();
  const gathered = new GatheredRows(columns);
  let firstRow = 0;
  const taken = function* (): Generator<FleetingChunk> {
    for (const { place, texts } of columns) {
      if (!texts || versions.get(texts) === texts.version) continue;
      versions.set(texts, texts.version);
      slices.setEntries(place, texts);
    }
    const { rows } = gathered;
    yield* slices.read(gathered, gathered.batch(), 0, rows, firstRow);
    firstRow += rows;
    gathered.clear();
  };
  const query = `SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM ${tableOf(path)}`;
  await connection.run(`SET streaming_buffer_size = '${BUFFER}'`);
  const result = await told(file, () => connection.stream(query));
  for await (const chunk of fetchedAhead(() => told(file, () => result.fetchChunk()))) {
    const rows = chunk.rowCount;
    if (!gathered.hasRoom(rows)) yield* taken();
    gathered.add(chunk, rows);
  }
  if (gathered.rows > 0) yield* taken();
}

/** Chunks up to the last: while one is looked at, DuckDB's threads make the next. */
async function* fetchedAhead(
  fetch: () => Promise<DuckDB.DuckDBDataChunk | null>,
): AsyncGenerator<DuckDB.DuckDBDataChunk> {
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
      if (!chunk || chunk.rowCount === 0) return;
      next = ahead();
      yield chunk;
    }
  } finally {
    // A connection must not be closed before it has answered.
    await next.catch(() => undefined);
  }
}

/** Rows of several chunks of DuckDB's, as columns of bytes. */
class GatheredRows implements ByteSource {
  rows = 0;
  readonly #columns: readonly (AskedColumn & { readonly bytes: number; data: Uint8Array; valid: Uint8Array })[];

  constructor(columns: readonly AskedColumn[]) {
    this.#columns = columns.map((column) => {
      const { bytes } = column.type.kind === 'dictionary' ? ENTRY_NUMBERS : (column.type as NumberType);
      return { ...column, bytes, data: new Uint8Array(bytes * DESK_ROWS), valid: new Uint8Array(DESK_ROWS / 8) };
    });
  }

  /** Whether more rows can be added: they have to begin with a byte of validity bits. */
  hasRoom(rows: number): boolean {
    return this.rows % 8 === 0 && this.rows + rows <= DESK_ROWS;
  }

  add(chunk: DuckDB.DuckDBDataChunk, rows: number): void {
    this.#columns.forEach(({ bytes, data, valid }, i) => {
      const { items, validity } = chunk.getColumnVector(i) as unknown as NumberVector;
      data.set(new Uint8Array(items.buffer, items.byteOffset, items.byteLength), this.rows * bytes);
      const bits = validity.data;
      const at = this.rows / 8;
      const end = at + Math.ceil(rows / 8);
      if (bits) valid.set(new Uint8Array(bits.buffer, bits.byteOffset, end - at), at);
      else valid.fill(255, at, end);
    });
    this.rows += rows;
  }

  clear(): void {
    this.rows = 0;
  }

  /** Where the columns lie. */
  batch(): RowBatch {
    const { rows } = this;
    const columns: (ColumnRegions | undefined)[] = REQUEST_COLUMNS.map(() => undefined);
    this.#columns.forEach(({ place, data, valid }, i) => {
      columns[place] = {
        data: { offset: 2 * i * COLUMN_STRIDE, length: data.length },
        valid: { offset: (2 * i + 1) * COLUMN_STRIDE, length: valid.length },
      };
    });
    return { rows, columns };
  }

  read(offset: number, into: Uint8Array): void {
    const half = Math.floor(offset / COLUMN_STRIDE);
    const column = this.#columns[half >> 1];
    const bytes = (half % 2 === 0 ? column?.data : column?.valid) as Uint8Array;
    const from = offset % COLUMN_STRIDE;
    into.set(bytes.subarray(from, from + into.length));
  }
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
