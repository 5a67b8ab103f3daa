import { type Cells, REQUEST_COLUMNS, REQUIRED_COLUMNS, RequestTableError } from '../request_table.js';
import { headerColumns, IGNORED } from '../rows/header.js';
import type { RowBuilder } from '../rows/row_builder.js';
import { type RowDiagnostics, truncated } from '../rows/row_diagnostics.js';
import type { Bytes } from './byte_map.js';
import { readPlainCsv } from './csv_fast_path.js';
import { CsvRecords } from './csv_records.js';

/** Reads the lines of a CSV table: a header, then rows. */
export class CsvTable {
  readonly #file: string;
  readonly #rows: RowBuilder;
  readonly #problems: RowDiagnostics;
  readonly #records: CsvRecords;
  readonly #cells: Cells = REQUEST_COLUMNS.map(() => '');
  /** The request column each field goes to; undefined before the header. */
  #columns: readonly number[] | undefined;

  /** `columns` is for a table that is read from somewhere past its header. */
  constructor(file: string, rows: RowBuilder, problems: RowDiagnostics, columns?: readonly number[]) {
    this.#file = file;
    this.#columns = columns;
    this.#rows = rows;
    this.#problems = problems;
    this.#records = new CsvRecords({
      record: (fields, count, line, isOneLine) => this.#record(fields, count, line, isOneLine),
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

  /** Takes the line that starts at `at` where it is a plain one: where the next one starts, or 0 with nothing done. */
  plainLine(bytes: Bytes, at: number, number: number): number {
    if (!this.#columns || this.#records.isOpen) return 0;
    return readPlainCsv(bytes, at, this.#columns, this.#rows.bytes, number);
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

  #record(fields: readonly string[], count: number, line: number, isOneLine: boolean): boolean {
    const columns = this.#columns;
    if (!columns) {
      this.#columns = this.#header(fields.slice(0, count), line);
      return true;
    }
    const isWrongCount = count !== columns.length;
    if (isWrongCount && !isOneLine) return false;
    const cells = this.#cells;
    if (isWrongCount) cells.fill('');
    for (let field = 0; field < columns.length; field++) {
      const column = columns[field] as number;
      if (column !== IGNORED && field < count) cells[column] = fields[field];
    }
    if (isWrongCount) {
      const message = `the row has ${count} fields and the header ${columns.length}`;
      this.#rows.addBroken('field_count', message, line, cells);
      cells.fill('');
    } else {
      this.#rows.add(cells, line);
    }
    return true;
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
