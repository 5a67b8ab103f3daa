import { REQUEST_COLUMNS, REQUIRED_COLUMNS, RequestTableError, type RowCells } from '../request_table.js';
import { headerColumns, IGNORED } from '../rows/header.js';
import type { RowBuilder } from '../rows/row_builder.js';
import { type RowDiagnostics, truncated } from '../rows/row_diagnostics.js';
import { type Bytes, byteWords } from './byte_map.js';
import { splitCsvLine } from './csv_line.js';
import { CsvRecords } from './csv_records.js';
import { MAX_LINE } from './text_lines.js';

/** Reads the lines of a CSV table: a header, then rows. */
export class CsvTable {
  readonly #file: string;
  readonly #rows: RowBuilder;
  readonly #problems: RowDiagnostics;
  readonly #records: CsvRecords;
  readonly #cells: RowCells = REQUEST_COLUMNS.map(() => '');
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  /** The request column each field goes to; undefined before the header. */
  #columns: readonly number[] | undefined;

  /** `columns` is for a table that is read from somewhere past its header. */
  constructor(file: string, rows: RowBuilder, problems: RowDiagnostics, columns?: readonly number[]) {
    this.#file = file;
    this.#columns = columns;
    this.#rows = rows;
    this.#problems = problems;
    this.#records = new CsvRecords({
      record: (fields, line, isOneLine) => this.#record(fields, line, isOneLine),
      plain: (text, line) => this.plainLine(byteWords(this.#encoder.encode(`${text}\n`)), 0, line) > 0,
      broken: (kind, message, line) => {
        if (!this.#columns) throw new RequestTableError(file, line, undefined, `the header cannot be read: ${message}`);
        rows.addBroken(kind, message, line);
      },
    });
  }

  /** The request column each field goes to, below 0 for none; undefined before the header. */
  get columns(): readonly number[] | undefined {
    return this.#columns;
  }

  /** Whether the next line goes on with a row, or is before one can start: in the header. */
  get isInRow(): boolean {
    return !this.#columns || this.#records.isOpen;
  }

  /**
   * Takes the line that starts at `at` where no full parser is needed: where the next one starts, or 0 with nothing done.
   */
  plainLine(bytes: Bytes, at: number, number: number): number {
    const columns = this.#columns;
    if (!columns || this.#records.isOpen) return 0;
    const { bytes: rows } = this.#rows;
    const next = splitCsvLine(bytes, at, columns, rows.places);
    if (next === 0) return 0;
    const { fields } = rows.places;
    if (fields === 0 || (fields === columns.length && rows.add(bytes, number))) return next;
    const text = this.#decoder.decode(bytes.bytes.subarray(at, next - 1));
    if (text.length > MAX_LINE) return 0;
    this.#decodeCells(bytes.bytes, at, text, text.length === next - 1 - at);
    this.#row(fields, columns.length, number);
    return next;
  }

  /** Takes the next line. Throws a RequestTableError where the header cannot be one of a request table. */
  line(text: string | undefined, number: number): void {
    // No CSV line can start like this, so the parser would only find a misplaced quote.
    if (!this.#columns && text !== undefined && /^\s*\{\s*"/.test(text)) {
      throw new RequestTableError(
        this.#file,
        number,
        undefined,
        'this looks like NDJSON, not like the header of a CSV',
      );
    }
    this.#records.line(text, number);
  }

  /** Takes the end. Throws a RequestTableError for a file without a header. */
  end(): void {
    this.#records.end();
    if (this.#columns) return;
    throw new RequestTableError(this.#file, 1, undefined, `the table is empty: ${headerAdvice()}`);
  }

  #record(fields: readonly string[], line: number, isOneLine: boolean): boolean {
    const columns = this.#columns;
    if (!columns) {
      this.#columns = this.#header(fields, line);
      return true;
    }
    if (fields.length !== columns.length && !isOneLine) return false;
    for (let field = 0; field < columns.length; field++) {
      const column = columns[field] as number;
      if (column !== IGNORED) this.#cells[column] = fields[field] ?? '';
    }
    this.#row(fields.length, columns.length, line);
    return true;
  }

  /** Makes text of the cells of the line `text`, which starts at `at`. */
  #decodeCells(bytes: Uint8Array, at: number, text: string, hasByteLength: boolean): void {
    const { starts, ends } = this.#rows.bytes.places;
    const cells = this.#cells;
    // In ASCII a character is where its byte is. Invalid bytes may make as many characters as there are bytes.
    const isAscii = hasByteLength && !text.includes('\uFFFD');
    for (let column = 0; column < cells.length; column++) {
      const start = starts[column] as number;
      const end = ends[column] as number;
      if (start === end) cells[column] = '';
      else if (isAscii) cells[column] = text.slice(start - at, end - at);
      else cells[column] = this.#decoder.decode(bytes.subarray(start, end));
    }
  }

  /** Adds the row of the cells, which come from `count` fields. */
  #row(count: number, expected: number, line: number): void {
    if (count === expected) this.#rows.add(this.#cells, line);
    else
      this.#rows.addBroken('field_count', `the row has ${count} fields and the header ${expected}`, line, this.#cells);
  }

  #header(names: readonly string[], line: number): number[] {
    return headerColumns(names, this.#problems, (fault, column) => {
      const reason =
        fault === 'twice'
          ? `the header names ${column} twice`
          : `the header has no ${column} column${misreadHeader(names)}; it starts '${truncated(names.join(','))}'`;
      return new RequestTableError(this.#file, line, column, reason);
    });
  }
}

function headerAdvice(): string {
  return `its first line names the columns, at least ${REQUIRED_COLUMNS.join(' and ')}`;
}

/** What a header without the right columns may be instead. */
function misreadHeader(names: readonly string[]): string {
  const [first = ''] = names;
  return names.length === 1 && /[;\t]/.test(first) ? ' (columns are separated by commas)' : '';
}
