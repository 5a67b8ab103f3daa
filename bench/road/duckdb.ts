import { type DuckDBConnection, DuckDBInstance, type DuckDBVector } from '@duckdb/node-api';
import type { World } from '../src/kernel/world.js';
import { PRE_NAMES } from '../src/names/faults.js';
import type { RequestFormat } from '../src/requests/index.js';
import { MAKE_AHEAD } from '../src/tables/parquet/duckdb.js';

/** The rival that reads tables: names become numbers inside its query, and are fetched chunk by chunk as typed columns. */
export class DuckDbReader {
  readonly version: string;
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection, version: string) {
    this.#connection = connection;
    this.version = version;
  }

  /** With a type for each column of names, of which the n-th has code n. */
  static async open(world: World, threads: number): Promise<DuckDbReader> {
    const { vocabulary } = world.profile;
    const connection = await (await DuckDBInstance.create(':memory:', { threads: String(threads) })).connect();
    await connection.run(MAKE_AHEAD);
    const enumeration = async (type: string, names: readonly string[]): Promise<void> => {
      await connection.run(`CREATE TYPE ${type} AS ENUM (${names.map((name) => `'${name}'`).join(', ')})`);
    };
    const numbers = (kind: 'cmds' | 'map_types' | 'prog_types' | 'attach_types'): string[] =>
      Array.from({ length: vocabulary.count[kind] }, (_, number) => vocabulary.nameOf(kind, number));
    await enumeration(
      'tasks',
      world.tasks.map(({ name }) => name),
    );
    await enumeration(
      'tokens',
      world.tokens.map(({ name }) => name),
    );
    await enumeration('cmds', numbers('cmds'));
    await enumeration('map_types', numbers('map_types'));
    await enumeration('prog_types', numbers('prog_types'));
    await enumeration('attach_types', numbers('attach_types'));
    await enumeration('faults', PRE_NAMES);
    const version = (await connection.runAndReadAll('SELECT version()')).getRows()[0]?.[0];
    return new DuckDbReader(connection, String(version));
  }

  /** Reads a whole table; `take` gets the seven columns of each chunk. Resolves with its rows. */
  async read(path: string, format: RequestFormat, take: (columns: readonly DuckDBVector[]) => void): Promise<number> {
    const columns =
      "{task: 'tasks', token: 'tokens', cmd: 'cmds', map_type: 'map_types', prog_type: 'prog_types', " +
      "expected_attach_type: 'attach_types', insn_cnt: 'UINTEGER', pre: 'faults'}";
    const table =
      format === 'csv'
        ? `read_csv('${path}', header = true, auto_detect = false, delim = ',', quote = '"', columns = ${columns})`
        : `read_json('${path}', format = 'newline_delimited', columns = ${columns})`;
    const result = await this.#connection.stream(
      'SELECT enum_code(task), enum_code(token), enum_code(cmd), coalesce(enum_code(map_type), enum_code(prog_type)), ' +
        `enum_code(expected_attach_type), insn_cnt, enum_code(pre) FROM ${table}`,
    );
    let rows = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return rows;
      rows += chunk.rowCount;
      take(Array.from({ length: chunk.columnCount }, (_, column) => chunk.getColumnVector(column)));
    }
  }
}
