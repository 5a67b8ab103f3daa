import { ByteNames, MISSING } from './byte_names.js';
import type { Problems } from './problems.js';
import { canonicalColumn, REQUEST_COLUMNS, VERDICT_COLUMNS } from './table.js';

/** Instead of a column: the key is none of a request. */
export const IGNORED = -1;
/** Instead of a column: the key was not met before. */
export const NEW_KEY = -2;
/** Most distinct keys remembered; rows of ever new keys must not fill the memory. */
const MAX_KEYS = 1024;

/** Which column each key of an NDJSON table means. */
export class KeyColumns {
  readonly #problems: Problems;
  readonly #columns = new Map<string, number>(REQUEST_COLUMNS.map((name, column) => [name, column]));
  readonly #met = new ByteNames();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Keys that were new, in the order they were met. */
  readonly added: string[] = [];

  /** Keys nobody asked for are noted in `problems`, each once. */
  constructor(problems: Problems) {
    this.#problems = problems;
    for (const name of VERDICT_COLUMNS) this.#columns.set(name, IGNORED);
  }

  /** The column of a key, or IGNORED. */
  columnOf(key: string): number {
    return this.#columns.get(key) ?? this.#newKey(key);
  }

  /** The column of the key from `start` to `end`, whose bytes have that hash, IGNORED, or NEW_KEY. */
  columnAt(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const met = this.#met.find(bytes, start, end, hash);
    if (met !== MISSING) return met;
    const column = this.#columns.get(this.#decoder.decode(bytes.subarray(start, end)));
    if (column === undefined) return NEW_KEY;
    this.#met.add(bytes, start, end, hash, column);
    return column;
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
