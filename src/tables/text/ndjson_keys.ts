import { canonicalColumn, REQUEST_COLUMNS, VERDICT_COLUMNS } from '../request_table.js';
import { IGNORED } from '../rows/header.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';

/** Most distinct keys remembered; rows of ever new keys must not fill the memory. */
const MAX_KEYS = 1024;

/** Which column each key of an NDJSON table means. */
export class KeyColumns {
  readonly #problems: RowDiagnostics;
  readonly #columns = new Map<string, number>(REQUEST_COLUMNS.map((name, column) => [name, column]));
  /** Keys that were new, in the order they were met. */
  readonly added: string[] = [];

  /** Unknown keys are recorded in `problems`, each once. */
  constructor(problems: RowDiagnostics) {
    this.#problems = problems;
    for (const name of VERDICT_COLUMNS) this.#columns.set(name, IGNORED);
  }

  /** The column of a key, or IGNORED. */
  columnOf(key: string): number {
    return this.#columns.get(key) ?? this.#newKey(key);
  }

  /** The same of a key that was met before; undefined for any other. */
  knownColumn(key: string): number | undefined {
    return this.#columns.get(key);
  }

  #newKey(key: string): number {
    const canonical = canonicalColumn(key);
    const column = (REQUEST_COLUMNS as readonly string[]).indexOf(canonical);
    if (this.#columns.size >= MAX_KEYS) return column;
    if (column === IGNORED && !this.#columns.has(canonical)) this.#problems.addUnknownColumn(key, canonical);
    this.#columns.set(key, column);
    this.added.push(key);
    return column;
  }
}
