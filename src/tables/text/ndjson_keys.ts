import { canonicalColumn, REQUEST_COLUMNS, VERDICT_COLUMNS } from '../request_table.js';
import { IGNORED } from '../rows/header.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import { ByteMap, type Bytes, byteWords, MISSING } from './byte_map.js';

/** Most distinct keys remembered; rows of ever new keys must not fill the memory. */
const MAX_KEYS = 1024;

/** A key as it lies in a line. */
export interface MetKey {
  /** Its bytes, with its quotes. */
  readonly words: DataView;
  readonly length: number;
  /** The column it means, or IGNORED. */
  readonly column: number;
}

/** Which column each key of an NDJSON table means. */
export class KeyColumns {
  readonly #problems: RowDiagnostics;
  readonly #columns = new Map<string, number>(REQUEST_COLUMNS.map((name, column) => [name, column]));
  /** Places in #keys. */
  readonly #met = new ByteMap();
  readonly #keys: MetKey[] = [];
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
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

  /** The key between the quotes at `start` and before `end`; undefined for one that was not met before. */
  keyAt(line: Bytes, start: number, end: number): MetKey | undefined {
    const met = this.#met.find(line.words, start, end);
    if (met !== MISSING) return this.#keys[met];
    const quoted = line.bytes.slice(start, end);
    const column = this.#columns.get(this.#decoder.decode(quoted.subarray(1, -1)));
    if (column === undefined) return undefined;
    const key = { words: byteWords(quoted).words, length: quoted.length, column };
    if (this.#met.add(line, start, end, this.#keys.length)) this.#keys.push(key);
    return key;
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
