import { READ_ODD } from '../../abi/read_layout.js';
import { REQUEST_COLUMNS, REQUIRED_COLUMNS, RequestTableError, type RowCells } from '../request_table.js';
import { headerColumns, IGNORED } from '../rows/header.js';
import type { RowBuilder } from '../rows/row_builder.js';
import { type RowDiagnostics, truncated } from '../rows/row_diagnostics.js';
import { CsvRecords, MAX_RECORD } from './csv_records.js';
import type { PlainRows } from './plain_rows.js';
import { type LineSpan, TEXT_BYTES } from './row_reader.js';
import { MAX_LINE } from './text_lines.js';

const LINE_FEED = 0x0a;

/** Reads the lines of a CSV table: a header, then rows. */
export class CsvTable {
  readonly #file: string;
  readonly #rows: RowBuilder;
  readonly #plain: PlainRows;
  readonly #problems: RowDiagnostics;
  readonly #records: CsvRecords;
  readonly #cells: RowCells = REQUEST_COLUMNS.map(() => '');
  readonly #encoder = new TextEncoder();
  /** The request column each field goes to; undefined before the header. */
  #columns: readonly number[] | undefined;

  /** `columns` is for a table that is read from somewhere past its header. */
  constructor(file: string, rows: RowBuilder, plain: PlainRows, problems: RowDiagnostics, columns?: readonly number[]) {
    this.#file = file;
    this.#rows = rows;
    this.#plain = plain;
    if (columns) this.#setColumns(columns);
    this.#problems = problems;
    this.#records = new CsvRecords({
      record: (fields, line, isOneLine) => this.#record(fields, line, isOneLine),
      plain: (text, line) => this.#plainText(text, line),
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

  /** Takes lines up to one that needs a full parser. Answers where that starts, and its number. */
  plainLines(lines: LineSpan): Pick<LineSpan, 'at' | 'number'> {
    const columns = this.#columns;
    if (!columns || this.#records.isOpen) return lines;
    const { reader } = this.#plain;
    for (let { at, number } = lines; ; number++) {
      const read = this.#plain.read('csv', { ...lines, at, number });
      ({ at, number } = read);
      if (read.why !== READ_ODD) return read;
      const next = reader.text.indexOf(LINE_FEED, at) + 1;
      const text = reader.decode(at, next - 1);
      if (text.length > MAX_LINE) return read;
      this.#decodeCells(at, text, text.length === next - 1 - at);
      this.#row(reader.fields, columns.length, number);
      at = next;
    }
  }

  /** Takes a line that came otherwise, where it needs no full parser. */
  #plainText(text: string, number: number): boolean {
    if (text.length > MAX_RECORD) return false;
    const bytes = this.#encoder.encode(`${text}\n`);
    this.#plain.reader.text.set(bytes, TEXT_BYTES);
    const end = TEXT_BYTES + bytes.length;
    return this.plainLines({ at: TEXT_BYTES, end, stop: end, number }).at === end;
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
      this.#setColumns(this.#header(fields, line));
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
  #decodeCells(at: number, text: string, hasByteLength: boolean): void {
    const { reader } = this.#plain;
    const columns = this.#columns as readonly number[];
    const cells = this.#cells;
    // In ASCII a character is where its byte is. Invalid bytes may make as many characters as there are bytes.
    const isAscii = hasByteLength && !text.includes('\uFFFD');
    for (let field = 0; field < columns.length; field++) {
      const column = columns[field] as number;
      if (column === IGNORED) continue;
      const { start, end } = reader.cellAt(column);
      // A field that the line does not have is empty, wherever the cell of an earlier line was.
      if (start === end || field >= reader.fields) cells[column] = '';
      else if (isAscii) cells[column] = text.slice(start - at, end - at);
      else cells[column] = reader.decode(start, end);
    }
  }

  /** Adds the row of the cells, which come from `count` fields. */
  #row(count: number, expected: number, line: number): void {
    if (count === expected) this.#rows.add(this.#cells, line);
    else
      this.#rows.addBroken('field_count', `the row has ${count} fields and the header ${expected}`, line, this.#cells);
  }

  #setColumns(columns: readonly number[]): void {
    this.#columns = columns;
    this.#plain.reader.setFields(columns);
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
