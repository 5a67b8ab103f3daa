import { parse } from 'csv-parse/browser/esm/sync';

/** Most characters of a record that spans lines; where a quote stays open for longer, the line it opens on is bad. */
export const MAX_RECORD = 1 << 16;

const QUOTE = 0x22;
const RETURN = 0x0d;
/** A field without quotes, and what ends one. */
const FIELD = /(?:[^,"\r\n]|\r(?!\n))*/y;
const FIELD_END = /^(?:,|\n|\r\n)/;
const PARSE_OPTIONS = {
  delimiter: ',',
  record_delimiter: ['\r\n', '\n'],
  relax_column_count: true,
  skip_empty_lines: false,
};

/** What a record is handed to. */
export interface RecordSink {
  /**
   * The fields of a record that starts on `line`. Answers whether that is a record: one of several lines that is not costs
   * its first line only, and the next line starts over.
   */
  record(fields: readonly string[], line: number, isOneLine: boolean): boolean;
  /** A line that a broken record leaves. Answers whether it is a row that needs no full parser, and was taken. */
  plain(text: string, line: number): boolean;
  /** A line that is part of no record. */
  broken(kind: 'bad_quote' | 'line_too_long', message: string, line: number): void;
}

interface Line {
  /** Undefined: too long to be kept. */
  readonly text: string | undefined;
  readonly number: number;
}

/** Puts lines together to CSV records (RFC 4180) and parses these in full. Empty lines are skipped. */
export class CsvRecords {
  readonly #sink: RecordSink;
  /** The lines of a record whose quote is still open. */
  #open: Line[] = [];
  #openLength = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** Whether a quote is open. */
  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  /** Takes the next line, without its line feed. */
  line(text: string | undefined, number: number): void {
    const again = this.#take({ text, number });
    if (again.length > 0) this.#run(again);
  }

  /** Takes the end of the file. */
  end(): void {
    while (this.#open.length > 0) this.#run(this.#giveUp('a quote is opened here and never closed'));
  }

  /** Works off the lines that a broken record leaves; what another one leaves goes back in front. */
  #run(lines: readonly Line[]): void {
    const stack = [...lines].reverse();
    for (let line = stack.pop(); line !== undefined; line = stack.pop()) {
      const { text, number } = line;
      if (!this.isOpen && text !== undefined && this.#sink.plain(text, number)) continue;
      const again = this.#take(line);
      for (let i = again.length - 1; i >= 0; i--) stack.push(again[i] as Line);
    }
  }

  /** Returns the lines to take again. */
  #take(line: Line): readonly Line[] {
    const { text, number } = line;
    if (text === undefined) {
      if (this.#open.length > 0) return [...this.#giveUp('a quote is opened here and never closed'), line];
      this.#sink.broken('line_too_long', 'the line is too long to be a request', number);
      return [];
    }
    if (this.#open.length === 0 && withoutReturn(text) === '') return [];
    this.#open.push(line);
    this.#openLength += text.length + 1;
    const isInside = this.#open.length > 1;
    const closes = hasOddQuotes(text) === isInside;
    if (closes) return this.#close();
    if (this.#openLength <= MAX_RECORD) return [];
    return this.#giveUp(`a quote is opened here and not closed within ${MAX_RECORD.toLocaleString('en')} characters`);
  }

  #close(): readonly Line[] {
    const [first, ...rest] = this.#open as [Line, ...Line[]];
    const text = withoutReturn(this.#open.map((line) => line.text).join('\n'));
    const isOneLine = rest.length === 0;
    // What the parser throws costs more than all else here, and such lines may be many.
    const fault = quoteFault(text);
    if (fault) return this.#giveUp(fault);
    let records: string[][];
    try {
      records = parse(text, PARSE_OPTIONS);
    } catch (error) {
      return this.#giveUp(error instanceof Error ? error.message : String(error));
    }
    const [fields] = records;
    if (records.length !== 1 || !fields || !this.#sink.record(fields, first.number, isOneLine)) {
      return this.#giveUp('the quotes opened here enclose a line end, and what they make is no row');
    }
    this.#open = [];
    this.#openLength = 0;
    return [];
  }

  /** Declares the first open line broken and returns the others. */
  #giveUp(message: string): readonly Line[] {
    const [first, ...rest] = this.#open as [Line, ...Line[]];
    this.#open = [];
    this.#openLength = 0;
    this.#sink.broken('bad_quote', message, first.number);
    return rest;
  }
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function hasOddQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/** What is wrong with the quotes of a text that has an even number of them; undefined for nothing. */
export function quoteFault(text: string): string | undefined {
  for (let at = 0; at < text.length; at++) {
    let end: number;
    if (text.charCodeAt(at) === QUOTE) {
      end = text.indexOf('"', at + 1) + 1;
      // Two quotes are one of the field.
      while (text.charCodeAt(end) === QUOTE) end = text.indexOf('"', end + 1) + 1;
      if (end < text.length && !FIELD_END.test(text.slice(end, end + 2))) {
        return 'a closing quote is followed by something other than a comma';
      }
    } else {
      FIELD.lastIndex = at;
      FIELD.exec(text);
      end = FIELD.lastIndex;
      if (text.charCodeAt(end) === QUOTE) return 'a quote is in the middle of a field that does not start with one';
    }
    at = text.charCodeAt(end) === RETURN ? end + 1 : end;
  }
  return undefined;
}
