import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as DuckDB from '@duckdb/node-api';
import type { Names } from '../../requests/arrow/names.js';
import type { WrittenCells, WrittenColumn } from '../../requests/arrow/written.js';
import type { TableTarget } from '../writers.js';
import { duckdbReason, loadDuckDB, openDatabase, sqlName, sqlText } from './duckdb.js';
import { ParquetWriteError } from './errors.js';
import type { NumberVector } from './vectors.js';

/** Rows of a chunk of DuckDB's. */
const CHUNK_ROWS = 2048;
/** What DuckDB holds of rows before they go to disk. */
const MEMORY_LIMIT = '100MB';
/** Milliseconds between two interrupts of DuckDB's work, until it heeds one. */
const INTERRUPT_MS = 10;

/** A column of the database. */
interface StoredColumn {
  readonly name: string;
  readonly type: DuckDB.DuckDBType;
  readonly sql: string;
}

/**
 * Writes a table as a Parquet file. Rows go to a database on disk first, which DuckDB then makes the file of: whatever the size
 * of the table, little of it is in memory.
 */
export class ParquetWriter {
  readonly #target: TableTarget;
  readonly #folder: string;
  readonly #instance: DuckDB.DuckDBInstance;
  readonly #connection: DuckDB.DuckDBConnection;
  readonly #appender: DuckDB.DuckDBAppender;
  readonly #chunk: DuckDB.DuckDBDataChunk;
  readonly #columns: readonly WrittenColumn[];
  readonly #names: readonly (Names | undefined)[];
  /** How many names each column had at first: these are in its type. */
  readonly #lasting: readonly number[];
  /** Of each column, the names that came later. */
  readonly #later: string[][];

  private constructor(parts: {
    target: TableTarget;
    folder: string;
    instance: DuckDB.DuckDBInstance;
    connection: DuckDB.DuckDBConnection;
    appender: DuckDB.DuckDBAppender;
    chunk: DuckDB.DuckDBDataChunk;
    columns: readonly WrittenColumn[];
    names: readonly (Names | undefined)[];
    lasting: readonly number[];
  }) {
    this.#target = parts.target;
    this.#folder = parts.folder;
    this.#instance = parts.instance;
    this.#connection = parts.connection;
    this.#appender = parts.appender;
    this.#chunk = parts.chunk;
    this.#columns = parts.columns;
    this.#names = parts.names;
    this.#lasting = parts.lasting;
    this.#later = parts.columns.map(() => []);
  }

  /**
   * Opens one; `names` are those of each column that holds names, which more may be added to. What is written meanwhile lies
   * in a folder of its own in the target's. Rejects with a ParquetNotSupportedError, and as append() throws.
   */
  static async open(
    columns: readonly WrittenColumn[],
    names: readonly (Names | undefined)[],
    target: TableTarget,
  ): Promise<ParquetWriter> {
    const duckdb = await loadDuckDB();
    const own = await mkdtemp(join(target.folder, '.bpftoken-')).catch((error: unknown) => {
      throw new ParquetWriteError(target, duckdbReason(error), error);
    });
    try {
      const { instance, connection } = await openDatabase(duckdb, join(own, 'rows.duckdb'));
      await connection.run(`SET memory_limit = '${MEMORY_LIMIT}'`);
      const lists = names.map((some) => some?.take() ?? []);
      const stored = columns.flatMap((column, i) => storedColumns(duckdb, column, i, lists[i] as string[]));
      await connection.run(`CREATE TABLE requests (${stored.map(({ name, sql }) => `${name} ${sql}`).join(', ')})`);
      const appender = await connection.createAppender('requests');
      const chunk = duckdb.DuckDBDataChunk.create(stored.map(({ type }) => type));
      const lasting = lists.map(({ length }) => length);
      return new ParquetWriter({ target, folder: own, instance, connection, appender, chunk, columns, names, lasting });
    } catch (error) {
      await rm(own, { recursive: true, force: true });
      throw new ParquetWriteError(target, duckdbReason(error), error);
    }
  }

  /** Appends rows: the cells of every column. Throws a ParquetWriteError where they cannot be put down. */
  append(rows: number, cells: readonly WrittenCells[]): void {
    this.#names.forEach((names, column) => {
      this.#later[column]?.push(...(names?.take() ?? []));
    });
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const to = Math.min(from + CHUNK_ROWS, rows);
      const chunk = this.#chunk;
      chunk.reset();
      chunk.rowCount = to - from;
      let at = 0;
      this.#columns.forEach(({ holds }, column) => {
        const vector = chunk.getColumnVector(at) as unknown as NumberVector;
        at += 1;
        const some = cells[column] as WrittenCells;
        if (holds === 'names') {
          const texts = chunk.getColumnVector(at) as unknown as NumberVector;
          at += 1;
          this.#putNames(vector, texts, column, some, from, to);
        } else {
          put(vector, some, from, to);
        }
      });
      try {
        this.#appender.appendDataChunk(chunk);
      } catch (error) {
        throw this.#writeError(error);
      }
    }
  }

  /** The file, in pieces. Throws as append() does, and the reason of the target's signal. Only close() may be called after it. */
  async *finish(): AsyncGenerator<Uint8Array> {
    const path = join(this.#folder, 'table.parquet');
    const selected = this.#columns.map(({ name, holds }, i) =>
      holds === 'names' ? `coalesce(t${i}, c${i}::VARCHAR) AS ${sqlName(name)}` : `c${i} AS ${sqlName(name)}`,
    );
    const { signal } = this.#target;
    let again: NodeJS.Timeout | undefined;
    // One that comes before DuckDB has begun is lost.
    const interrupt = (): void => {
      again = setInterval(() => this.#connection.interrupt(), INTERRUPT_MS);
    };
    signal?.addEventListener('abort', interrupt);
    try {
      this.#appender.closeSync();
      signal?.throwIfAborted();
      await this.#connection.run(
        `COPY (SELECT ${selected.join(', ')} FROM requests) TO ${sqlText(path)} (FORMAT parquet)`,
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#writeError(error);
    } finally {
      signal?.removeEventListener('abort', interrupt);
      clearInterval(again);
    }
    yield* createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    this.#connection.interrupt();
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #writeError(error: unknown): ParquetWriteError {
    return new ParquetWriteError(this.#target, duckdbReason(error), error);
  }

  /** Names that the type of the column has go to `vector`, later ones to `texts`. */
  #putNames(
    vector: NumberVector,
    texts: NumberVector,
    column: number,
    { data, valid, empty }: WrittenCells,
    from: number,
    to: number,
  ): void {
    const lasting = this.#lasting[column] as number;
    const later = this.#later[column] as string[];
    const numbers = (data as Int32Array).slice(from, to);
    const bits = empty > 0 ? bitsOf(valid, from, to) : noneEmpty(to - from);
    const textBits = new BigUint64Array(CHUNK_ROWS / 64);
    texts.validity.data = textBits;
    if (later.length > 0) {
      const bytes = new Uint8Array(bits.buffer);
      numbers.forEach((number, row) => {
        if (number < lasting || ((bytes[row >> 3] as number) & (1 << (row & 7))) === 0) return;
        texts.setItem(row, later[number - lasting]);
        numbers[row] = 0;
        bytes[row >> 3] = (bytes[row >> 3] as number) & ~(1 << (row & 7));
      });
    }
    vector.items.set(numbers);
    vector.validity.data = bits;
    vector.flush();
    texts.flush();
  }
}

/** The columns that one is stored as: of names, those of its type and any others. */
function storedColumns(duckdb: typeof DuckDB, column: WrittenColumn, i: number, names: string[]): StoredColumn[] {
  if (column.holds === 'uint32') return [{ name: `c${i}`, type: duckdb.UINTEGER, sql: 'UINTEGER' }];
  if (column.holds === 'int64') return [{ name: `c${i}`, type: duckdb.BIGINT, sql: 'BIGINT' }];
  // A type has to have a name.
  const values = names.length > 0 ? names : [''];
  return [
    { name: `c${i}`, type: duckdb.ENUM(values), sql: `ENUM(${values.map(sqlText).join(', ')})` },
    { name: `t${i}`, type: duckdb.VARCHAR, sql: 'VARCHAR' },
  ];
}

function put(vector: NumberVector, { data, valid, empty }: WrittenCells, from: number, to: number): void {
  vector.items.set(data.subarray(from, to) as ArrayLike<number>);
  vector.validity.data = empty > 0 ? bitsOf(valid, from, to) : null;
  vector.flush();
}

/** A copy of the validity bits of some rows, from a multiple of 8 on. */
function bitsOf(valid: Uint8Array, from: number, to: number): BigUint64Array {
  const bits = noneEmpty(to - from);
  new Uint8Array(bits.buffer).set(valid.subarray(from >> 3, Math.ceil(to / 8)));
  return bits;
}

function noneEmpty(rows: number): BigUint64Array {
  return new BigUint64Array(Math.ceil(rows / 64)).fill(0xffff_ffff_ffff_ffffn);
}
