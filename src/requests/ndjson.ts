import type { Problems } from './problems.js';
import type { RowBuilder } from './rows.js';
import { type Cells, canonicalColumn, REQUEST_COLUMNS, VERDICT_COLUMNS } from './table.js';

const IGNORED = -1;
/** Most distinct keys remembered; rows of ever new keys must not fill the memory. */
const MAX_KEYS = 1024;

/** Reads the lines of an NDJSON table: one object per line. Blank lines are skipped. */
export class NdjsonTable {
  readonly #rows: RowBuilder;
  readonly #problems: Problems;
  readonly #cells: Cells = REQUEST_COLUMNS.map(() => undefined);
  readonly #columns = new Map<string, number>(REQUEST_COLUMNS.map((name, column) => [name, column]));

  constructor(rows: RowBuilder, problems: Problems) {
    this.#rows = rows;
    this.#problems = problems;
    for (const name of VERDICT_COLUMNS) this.#columns.set(name, IGNORED);
  }

  /** Takes the next line; undefined for one that was too long. */
  line(text: string | undefined, number: number): void {
    if (text === undefined) {
      this.#rows.addBroken('line_too_long', 'the line is too long to be a request', number);
      return;
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      if (text.trim() === '') return;
      const message = error instanceof Error ? error.message : String(error);
      this.#rows.addBroken('bad_json', `the line is not JSON: ${message}`, number);
      return;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.#rows.addBroken('not_an_object', 'the line is JSON, and not an object', number);
      return;
    }
    this.#object(value as Record<string, unknown>, number);
  }

  #object(object: Record<string, unknown>, line: number): void {
    const cells = this.#cells;
    cells.fill(undefined);
    for (const key in object) {
      const column = this.#columns.get(key) ?? this.#newKey(key);
      if (column !== IGNORED) cells[column] = object[key];
    }
    this.#rows.add(cells, line);
  }

  #newKey(key: string): number {
    const canonical = canonicalColumn(key);
    const column = (REQUEST_COLUMNS as readonly string[]).indexOf(canonical);
    if (this.#columns.size >= MAX_KEYS) return column;
    if (column === IGNORED && !this.#columns.has(canonical)) this.#problems.addUnknownColumn(key, canonical);
    this.#columns.set(key, column);
    return column;
  }
}
