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

/** Turns chunks and their verdicts into cells. A row with a problem has its cells as the file has them, which adds names. */
export class VerdictCells {
  readonly columns: readonly OutputColumn[];
  /** The names of each of the columns; undefined where it holds numbers. */
  readonly names: readonly (DictionaryBuilder | undefined)[];
  readonly #buffer: EncodeBuffer;
  /** Those of the request columns. */
  readonly #requestNames: readonly (DictionaryBuilder | undefined)[];

  constructor(world: WorldNames, added: AddedNames) {
    this.columns = verdictColumns(world, added);
    this.#requestNames = requestNames(world).map((names) => names && new DictionaryBuilder(names));
    const { words, names } = verdictWords();
    this.names = [undefined, undefined, ...this.#requestNames, ...names];
    const indexBytes = cellBytesOf(this.columns.slice(2, 2 + this.#requestNames.length));
    this.#buffer = new EncodeBuffer(world, { indexBytes, words });
  }

  /** The cells of each of the columns: views that the next call overwrites. */
  of({ columns, rows, firstRow, lines, bad }: RequestChunk, verdicts: Uint8Array): OutputCells[] {
    const request = this.#buffer.requestCells(columns);
    for (const [row, texts] of bad) this.#putTexts(request, row, texts);
    const line = lines
      ? { data: Uint32Array.from(lines), valid: NO_BITS, empty: 0 }
      : { data: new Uint32Array(rows), valid: new Uint8Array(Math.ceil(rows / 8)), empty: rows };
    return [rowNumbers(firstRow, rows), line, ...request, ...this.#buffer.wordCells(verdicts)];
  }

  /** The request of a row with a problem, as it was written. A count that is none stays empty. */
  #putTexts(request: OutputCells[], row: number, texts: readonly string[]): void {
    request.forEach((cells, i) => {
      const text = texts[i] ?? '';
      const names = this.#requestNames[i];
      const number = text === '' ? undefined : names ? names.numberOf(text) : wholeNumber(text);
      request[i] = withCell(cells, row, number);
    });
  }
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
