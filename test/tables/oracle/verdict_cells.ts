import { Outcome } from '../../../src/abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../../src/kernel/verdict.js';
import type { WorldNames } from '../../../src/kernel/world.js';
import { DictionaryBuilder } from '../../../src/tables/columnar/dictionary_builder.js';
import { requestNames } from '../../../src/tables/columnar/request_names.js';
import type { RequestChunk } from '../../../src/tables/request_table.js';
import { OUTPUT_COLUMNS } from '../../../src/tables/text/row_fragments.js';
import { CellBuffer, RequestCellsByRow } from './request_cells.js';

const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
/** Instead of a name's number: the cell is empty. */
const NONE = -1;

/** A cell; null for an empty one. */
export type Value = string | number | null;

/** Turns chunks and their verdicts into cells. A row with a problem has its cells as the file has them, which adds names. */
export class VerdictCellsByRow {
  /** The names of each of OUTPUT_COLUMNS; undefined where it holds numbers. */
  readonly names: readonly (DictionaryBuilder | undefined)[];
  readonly #cells: RequestCellsByRow;
  /** All names there were, by column. */
  readonly #all: readonly string[][] = OUTPUT_COLUMNS.map(() => []);
  /** Those of the request columns. */
  readonly #requestNames: readonly (DictionaryBuilder | undefined)[];
  /** By verdict byte, the number of the name in each column of the verdict. */
  readonly #words: readonly Int32Array[];

  constructor(world: WorldNames) {
    this.#cells = new RequestCellsByRow(world);
    this.#requestNames = requestNames(world).map((names) => names && new DictionaryBuilder(names));
    const verdictNames: DictionaryBuilder[] = [];
    this.#words = [verdictWord, errnoWord, reasonWord, dispositionWord].map((wordOf) => {
      const names = new DictionaryBuilder([]);
      verdictNames.push(names);
      return Int32Array.from(BYTES, (byte) => {
        const word = Outcome[decodeVerdict(byte).outcome] === undefined ? null : wordOf(byte);
        return word === null ? NONE : (names.numberOf(word) ?? NONE);
      });
    });
    this.names = [undefined, undefined, ...this.#requestNames, ...verdictNames];
  }

  /** The values of each of OUTPUT_COLUMNS, null for an empty cell. */
  of({ columns, rows, firstRow, lines, bad }: RequestChunk, verdicts: Uint8Array): Record<string, Value[]> {
    const request = this.#cells.of(columns);
    for (const [row, texts] of bad) this.#putTexts(request, row, texts);
    const line = new CellBuffer('uint32', rows);
    const words = this.#words.map(() => new CellBuffer('names', rows));
    for (let i = 0; i < rows; i++) {
      line.put(i, lines?.[i] ?? 0, lines !== undefined);
      const verdict = verdicts[i] as number;
      words.forEach((cells, column) => {
        const number = this.#words[column]?.[verdict] as number;
        cells.put(i, number, number !== NONE);
      });
    }
    for (const [i, names] of this.names.entries()) this.#all[i]?.push(...(names?.take() ?? []));
    const numbers = Array.from({ length: rows }, (_, i) => firstRow + i + 1);
    const cells = [line, ...request, ...words].map((column, i) => this.#values(column, i + 1, rows));
    return Object.fromEntries([numbers, ...cells].map((values, i) => [OUTPUT_COLUMNS[i], values]));
  }

  #values({ data, valid }: CellBuffer, column: number, rows: number): Value[] {
    const names = this.names[column] && this.#all[column];
    return Array.from({ length: rows }, (_, row) => {
      if ((((valid[row >> 3] as number) >> (row & 7)) & 1) === 0) return null;
      const number = data[row] as number;
      return names ? (names[number] as string) : number;
    });
  }

  /** The request of a row with a problem, as it was written. A count that is none stays empty. */
  #putTexts(request: readonly CellBuffer[], row: number, texts: readonly string[]): void {
    request.forEach((cells, i) => {
      const text = texts[i] ?? '';
      const names = this.#requestNames[i];
      const number = text === '' ? undefined : names ? names.numberOf(text) : wholeNumber(text);
      cells.put(row, number ?? 0, number !== undefined);
    });
  }
}

function errnoWord(byte: number): string | null {
  return decodeVerdict(byte).errno;
}

function reasonWord(byte: number): string {
  return outcomeName(decodeVerdict(byte).outcome);
}

function dispositionWord(byte: number): string {
  return dispositionName(decodeVerdict(byte).disposition);
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0xffff_ffff ? Number(text) : undefined;
}
