import { REQUEST_COLUMNS, type RowCells } from '../request_table.js';
import { IGNORED } from '../rows/header.js';
import type { RowBuilder } from '../rows/row_builder.js';
import type { KeyColumns } from './ndjson_keys.js';
import type { PlainRows } from './plain_rows.js';
import type { LineSpan, ReadLines } from './row_reader.js';
import { isBlank } from './text_lines.js';

/** Reads the lines of an NDJSON table: one object per line. Blank lines are skipped. */
export class NdjsonTable {
  /** Whether the next line goes on with a row: never. */
  readonly isInRow = false;
  readonly #rows: RowBuilder;
  readonly #keys: KeyColumns;
  readonly #plain: PlainRows;
  readonly #cells: RowCells = REQUEST_COLUMNS.map(() => undefined);

  constructor(rows: RowBuilder, plain: PlainRows, keys: KeyColumns) {
    this.#rows = rows;
    this.#keys = keys;
    this.#plain = plain;
  }

  /** Takes lines up to one that is no plain row. */
  plainLines(lines: LineSpan): ReadLines {
    return this.#plain.read('ndjson', lines, (key) => this.#keys.knownColumn(key));
  }

  /** Takes the next line; undefined for one that was too long. */
  line(text: string | undefined, number: number): void {
    if (text === undefined) {
      this.#rows.addBroken('line_too_long', 'the line is too long to be a request', number);
      return;
    }
    // What is not JSON costs an exception, and blank lines may be many.
    if (isBlank(text)) return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
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

  /** Takes the end. */
  end(): void {}

  #object(object: Record<string, unknown>, line: number): void {
    const cells = this.#cells;
    cells.fill(undefined);
    for (const key in object) {
      const column = this.#keys.columnOf(key);
      if (column !== IGNORED) cells[column] = object[key];
    }
    this.#rows.add(cells, line);
  }
}
