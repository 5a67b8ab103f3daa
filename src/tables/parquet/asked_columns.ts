import type * as DuckDB from '@duckdb/node-api';
import type { CellType, NumberType } from '../../requests/columnar/cells.js';
import { findColumns } from '../../requests/columnar/header.js';
import type { Problems } from '../../requests/problems.js';
import { REQUEST_COLUMNS, RequestTableError } from '../../requests/table.js';
import { sqlName } from './duckdb.js';
import { LANES } from './lanes.js';
import { numbering } from './numbering.js';
import { TextEntries } from './text_entries.js';

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
/** Numbers of texts, as GatheredRows has them. */
const ENTRY_NUMBERS: NumberType = { kind: 'numbers', bytes: 4, isSigned: false };

/** A request column that is asked for. */
export interface AskedColumn {
  /** In REQUEST_COLUMNS. */
  readonly place: number;
  readonly type: CellType;
  /** The texts of the column, where it has any. */
  readonly texts?: TextEntries;
}

/** Columns that come in one vector: one of numbers, or up to LANES of texts. */
export interface AskedVector {
  /** What the query says for it. */
  readonly sql: string;
  readonly columns: readonly AskedColumn[];
}

/** A column of a file. */
export interface FoundColumn {
  readonly name: string;
  /** As DuckDB calls it. */
  readonly type: string;
}

/**
 * How to ask for the request columns of a file that has these. Those that are none are noted in `problems`. Throws a
 * RequestTableError for a file that is no request table.
 */
export function askColumns(
  duckdb: typeof DuckDB,
  connection: DuckDB.DuckDBConnection,
  file: string,
  found: readonly FoundColumn[],
  problems: Problems,
): AskedVector[] {
  const names = found.map(({ name }) => name);
  const vectors: AskedVector[] = [];
  const ofTexts: { readonly place: number; readonly name: string }[] = [];
  for (const [place, at] of findColumns(file, names, problems).entries()) {
    if (at === -1) continue;
    const { name, type } = found[at] as FoundColumn;
    const numbers = NUMBERS[type];
    if (numbers) vectors.push({ sql: sqlName(name), columns: [{ place, type: numbers }] });
    else if (type === 'VARCHAR' || type.startsWith('ENUM(')) ofTexts.push({ place, name });
    else {
      const column = REQUEST_COLUMNS[place] as string;
      throw new RequestTableError(file, undefined, column, `column ${column} is ${type}: integers or text can be read`);
    }
  }
  for (let i = 0; i < ofTexts.length; i += LANES) {
    const lanes = ofTexts.slice(i, i + LANES).map(({ place, name }, lane) => {
      const texts = new TextEntries();
      const call = `entry_${place}`;
      connection.registerScalarFunction(numbering(duckdb, call, texts, lane));
      const type = { kind: 'dictionary', index: ENTRY_NUMBERS, dictionary: place } as const;
      return { sql: `${call}(${sqlName(name)}::VARCHAR)`, column: { place, type, texts } };
    });
    vectors.push({ sql: lanes.map(({ sql }) => sql).join(' | '), columns: lanes.map(({ column }) => column) });
  }
  return vectors;
}
