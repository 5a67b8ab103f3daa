import type * as DuckDB from '@duckdb/node-api';
import type { World } from '../../kernel/world.js';
import type { CellType, NumberType } from '../../requests/columnar/cells.js';
import { findColumns } from '../../requests/columnar/header.js';
import { type ByteSource, type ColumnRegions, keptChunk, SliceReader } from '../../requests/columnar/slices.js';
import { TextEntries } from '../../requests/columnar/text_entries.js';
import type { Problems } from '../../requests/problems.js';
import { REQUEST_COLUMNS, type RequestChunk, RequestTableError } from '../../requests/table.js';
import { duckdbReason, loadDuckDB, openDatabase, sqlName, sqlText } from './duckdb.js';

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
/** Between two columns in the offsets of a ChunkBytes. */
const COLUMN_STRIDE = 2 ** 40;
const VALID_OFFSET = 2 ** 39;

/** A request column, and how it is asked for. */
interface AskedColumn {
  /** In REQUEST_COLUMNS. */
  readonly place: number;
  readonly type: CellType;
  readonly sql: string;
  /** The texts of the column, where it has any. */
  readonly texts?: TextEntries;
}

/** What every vector of numbers has; DuckDB's types keep it private. */
interface NumberVector {
  readonly items: ArrayBufferView;
  readonly validity: { readonly data: BigUint64Array | null };
}

/**
 * The requests of a Parquet file, in the order of its rows. Texts become numbers inside DuckDB's query, by a function that is
 * called once for each entry of a dictionary; what they stand for is looked up as in Arrow. Throws a RequestTableError for
 * what is no Parquet file, or none of requests, and a ParquetNotSupportedError without DuckDB.
 */
export async function* readParquet(
  file: string,
  path: string,
  world: World,
  problems: Problems,
): AsyncGenerator<RequestChunk> {
  const duckdb = await loadDuckDB();
  const { instance, connection } = await openDatabase(duckdb);
  try {
    const columns = await askedColumns(duckdb, connection, file, path, problems);
    yield* rowsOf(connection, file, path, columns, world, problems);
  } finally {
    connection.interrupt();
    connection.closeSync();
    instance.closeSync();
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

/** A function of SQL that numbers texts. */
function numbering(duckdb: typeof DuckDB, name: string, texts: TextEntries): DuckDB.DuckDBScalarFunction {
  return duckdb.DuckDBScalarFunction.create({
    name,
    parameterTypes: [duckdb.VARCHAR],
    returnType: duckdb.INTEGER,
    mainFunction: (_, input, output) => {
      const given = input.getColumnVector(0);
      for (let row = 0; row < input.rowCount; row++) {
        const text = given.getItem(row);
        output.setItem(row, text === null ? null : texts.numberOf(String(text)));
      }
      output.flush();
    },
  });
}

async function* rowsOf(
  connection: DuckDB.DuckDBConnection,
  file: string,
  path: string,
  columns: readonly AskedColumn[],
  world: World,
  problems: Problems,
): AsyncGenerator<RequestChunk> {
  const types = REQUEST_COLUMNS.map((_, place) => columns.find((column) => column.place === place)?.type);
  const slices = new SliceReader(file, world, types, problems);
  const versions = new Map<TextEntries, number>();
  const query = `SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM ${tableOf(path)}`;
  const result = await told(file, () => connection.stream(query));
  let firstRow = 0;
  for (;;) {
    const chunk = await told(file, () => result.fetchChunk());
    if (!chunk || chunk.rowCount === 0) return;
    const rows = chunk.rowCount;
    const bytes = new ChunkBytes();
    const regions: (ColumnRegions | undefined)[] = REQUEST_COLUMNS.map(() => undefined);
    columns.forEach(({ place, texts }, i) => {
      regions[place] = bytes.add(place, chunk.getColumnVector(i) as unknown as NumberVector);
      if (!texts || versions.get(texts) === texts.version) return;
      versions.set(texts, texts.version);
      slices.setEntries(place, texts);
    });
    for (const read of slices.read(bytes, { rows, columns: regions }, 0, rows, firstRow)) yield keptChunk(read);
    firstRow += rows;
  }
}

/** The vectors of a chunk as bytes. */
class ChunkBytes implements ByteSource {
  readonly #buffers = new Map<number, Uint8Array>();

  /** Adds a column; says where it lies. */
  add(place: number, { items, validity }: NumberVector): ColumnRegions {
    const data = this.#put(place * COLUMN_STRIDE, items);
    return validity.data ? { data, valid: this.#put(place * COLUMN_STRIDE + VALID_OFFSET, validity.data) } : { data };
  }

  read(offset: number, into: Uint8Array): void {
    const start = offset - (offset % VALID_OFFSET);
    const from = offset - start;
    into.set((this.#buffers.get(start) as Uint8Array).subarray(from, from + into.length));
  }

  #put(offset: number, { buffer, byteOffset, byteLength }: ArrayBufferView): { offset: number; length: number } {
    this.#buffers.set(offset, new Uint8Array(buffer, byteOffset, byteLength));
    return { offset, length: byteLength };
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
