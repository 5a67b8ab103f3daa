import { Outcome } from '../../abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { WorldNames } from '../../kernel/world.js';
import type { RequestChunk } from '../request_table.js';
import { DictionaryBuilder, MAX_ADDED } from './dictionary_builder.js';
import { DISPOSITIONS_OF_BYTE, EncodeBuffer, NO_WORD, OUTCOMES_OF_BYTE, type VerdictWords } from './encode_buffer.js';
import type { OutputCells, OutputColumn } from './output_column.js';
import { cellBytesOf, requestColumns, requestNames } from './request_columns.js';

const NO_BITS = new Uint8Array();
const U32 = 2 ** 32;

/** How many names rows with a problem can add to a column. */
export type AddedNames = 'none' | 'any';

/** The columns of verdict rows, in their order: those of VerdictRows. */
export function verdictColumns(world: WorldNames, added: AddedNames): OutputColumn[] {
  return [
    { name: 'row', holds: 'int64' },
    { name: 'line', holds: 'uint32' },
    ...requestColumns(world, added === 'none' ? 0 : MAX_ADDED),
    ...['verdict', 'errno', 'reason', 'token_disposition'].map(
      (name) => ({ name, holds: 'names', indexBytes: 1 }) as const,
    ),
  ];
}

/** Decided rows as cells, made in any thread: without what depends on the rows before them. Plain data. */
export interface OutputPart {
  readonly rows: number;
  /** Rows that come before: of the table, or of its split. */
  readonly firstRow: number;
  /** The line of each row, where the table has lines. */
  readonly lines?: Uint32Array;
  /** The cells of rows with a problem, as the file has them. */
  readonly bad: RequestChunk['bad'];
  /** Of the request's columns, then of the verdict's. */
  readonly cells: readonly OutputCells[];
}

/** Rows of a part: enough to make the cost of a batch of the output negligible. */
const PART_ROWS = 65_536;
const NO_BAD_ROWS: RequestChunk['bad'] = new Map();

/** Makes parts of chunks and their verdicts. */
export class PartEncoder {
  readonly #buffer: EncodeBuffer;
  readonly #done: OutputPart[] = [];
  #firstRow = 0;
  #lines: Uint32Array[] = [];
  #bad = new Map<number, readonly string[]>();

  constructor(world: WorldNames, added: AddedNames, rows = PART_ROWS) {
    const indexBytes = cellBytesOf(requestColumns(world, added === 'none' ? 0 : MAX_ADDED));
    this.#buffer = new EncodeBuffer(world, { indexBytes, words: verdictWords().words, rows });
  }

  /** Takes a chunk and its verdicts; chunks come in the order of the table. */
  add({ columns, rows, firstRow, lines, bad }: RequestChunk, verdicts: Uint8Array): void {
    if (rows === 0) return;
    if (!this.#buffer.hasRoomFor(rows)) this.#finish();
    const before = this.#buffer.rows;
    if (before === 0) this.#firstRow = firstRow;
    this.#buffer.put(columns, verdicts);
    if (lines) this.#lines.push(lines.slice());
    for (const [row, texts] of bad) this.#bad.set(before + row, texts);
  }

  /** The parts of all that was added. */
  take(): OutputPart[] {
    this.#finish();
    return this.#done.splice(0);
  }

  #finish(): void {
    const { rows } = this.#buffer;
    if (rows === 0) return;
    const cells = this.#buffer.take().map(({ data, valid, empty }) => ({
      data: data.slice(),
      valid: empty > 0 ? valid.slice() : NO_BITS,
      empty,
    }));
    const lines = this.#lines.length > 0 ? { lines: joined(this.#lines, rows) } : {};
    const bad = this.#bad.size > 0 ? this.#bad : NO_BAD_ROWS;
    this.#done.push({ rows, firstRow: this.#firstRow, ...lines, bad, cells });
    this.#lines = [];
    this.#bad = new Map();
  }
}

function joined(pieces: readonly Uint32Array[], length: number): Uint32Array {
  const [only] = pieces;
  if (only && pieces.length === 1) return only;
  const all = new Uint32Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/**
 * Makes the output's columns of parts, in the order of the table. A row with a problem has its cells as the file has them, which
 * adds names.
 */
export class VerdictCells {
  readonly columns: readonly OutputColumn[];
  /** The names of each of the columns; undefined where it holds numbers. */
  readonly names: readonly (DictionaryBuilder | undefined)[];
  /** Those of the request columns. */
  readonly #requestNames: readonly (DictionaryBuilder | undefined)[];
  readonly #encoder: PartEncoder;

  constructor(world: WorldNames, added: AddedNames) {
    this.columns = verdictColumns(world, added);
    this.#requestNames = requestNames(world).map((names) => names && new DictionaryBuilder(names));
    this.names = [undefined, undefined, ...this.#requestNames, ...verdictWords().names];
    this.#encoder = new PartEncoder(world, added);
  }

  /** The part of a chunk and its verdicts. */
  partOf(chunk: RequestChunk, verdicts: Uint8Array): OutputPart {
    this.#encoder.add(chunk, verdicts);
    return this.#encoder.take()[0] ?? { rows: 0, firstRow: chunk.firstRow, bad: NO_BAD_ROWS, cells: [] };
  }

  /** The cells of each of the columns. */
  of({ rows, firstRow, lines, bad, cells }: OutputPart): OutputCells[] {
    const all = [...cells];
    for (const [row, texts] of bad) this.#putTexts(all, rows, row, texts);
    const line = lines
      ? { data: lines, valid: NO_BITS, empty: 0 }
      : { data: new Uint32Array(rows), valid: new Uint8Array(bytesOfBits(rows)), empty: rows };
    return [rowNumbers(firstRow, rows), line, ...all];
  }

  /** The request of a row with a problem, as it was written. A count that is none stays empty. */
  #putTexts(cells: OutputCells[], rows: number, row: number, texts: readonly string[]): void {
    this.#requestNames.forEach((names, i) => {
      const text = texts[i] ?? '';
      const number = text === '' ? undefined : names ? names.numberOf(text) : wholeNumber(text);
      cells[i] = withCell(withBits(cells[i] as OutputCells, rows), row, number);
    });
  }
}

function bytesOfBits(rows: number): number {
  return Math.ceil(rows / 8);
}

/** Cells with a bit each, where none of them was empty. */
function withBits(cells: OutputCells, rows: number): OutputCells {
  return cells.valid.length > 0 ? cells : { ...cells, valid: new Uint8Array(bytesOfBits(rows)).fill(255) };
}

/** Numbers of rows, from 1. */
function rowNumbers(firstRow: number, rows: number): OutputCells {
  const halves = new Uint32Array(2 * rows);
  for (let i = 0, number = firstRow + 1; i < rows; i++, number++) {
    halves[2 * i] = number;
    if (number >= U32) halves[2 * i + 1] = Math.floor(number / U32);
  }
  return { data: new BigInt64Array(halves.buffer), valid: NO_BITS, empty: 0 };
}

/** Puts a number into a cell, or empties it. */
function withCell({ data, valid, empty }: OutputCells, row: number, number: number | undefined): OutputCells {
  const byte = valid[row >> 3] as number;
  const bit = 1 << (row & 7);
  const wasGiven = (byte & bit) !== 0;
  if (number === undefined) {
    valid[row >> 3] = byte & ~bit;
    (data as Int32Array)[row] = 0;
    return { data, valid, empty: empty + (wasGiven ? 1 : 0) };
  }
  valid[row >> 3] = byte | bit;
  (data as Int32Array)[row] = number;
  return { data, valid, empty: empty - (wasGiven ? 0 : 1) };
}

/** The names of each column of a verdict, and the numbers of each outcome's and disposition's. */
function verdictWords(): { readonly words: VerdictWords; readonly names: readonly DictionaryBuilder[] } {
  const columnOf = (size: number, wordOf: (i: number) => string | null) => {
    const names = new DictionaryBuilder([]);
    const numbers = Uint8Array.from({ length: size }, (_, i) => {
      const word = wordOf(i);
      return word === null ? NO_WORD : (names.numberOf(word) ?? NO_WORD);
    });
    return { names, numbers };
  };
  const known = (outcome: number): boolean => Outcome[outcome] !== undefined;
  const outcomes = [
    (byte: number) => verdictWord(byte),
    (byte: number) => decodeVerdict(byte).errno,
    (byte: number) => outcomeName(byte),
  ].map((wordOf) => columnOf(OUTCOMES_OF_BYTE, (outcome) => (known(outcome) ? wordOf(outcome) : null)));
  const dispositions = columnOf(DISPOSITIONS_OF_BYTE, dispositionName);
  return {
    words: { byOutcome: outcomes.map(({ numbers }) => numbers), byDisposition: dispositions.numbers },
    names: [...outcomes, dispositions].map(({ names }) => names),
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0xffff_ffff ? Number(text) : undefined;
}
