import { Outcome } from '../../abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { World } from '../../kernel/world.js';
import type { RequestChunk } from '../table.js';
import { ArrowEncoder, type WrittenColumn } from './encode.js';
import { joined } from './joined.js';
import { Names } from './names.js';
import { CellBuffer, REQUEST_CELLS, RequestCells, requestNames } from './request_cells.js';

/** The columns of the output, in their order. */
const COLUMNS: readonly WrittenColumn[] = [
  { name: 'row', holds: 'int64' },
  { name: 'line', holds: 'uint32' },
  ...REQUEST_CELLS,
  { name: 'verdict', holds: 'names' },
  { name: 'errno', holds: 'names' },
  { name: 'reason', holds: 'names' },
  { name: 'token_disposition', holds: 'names' },
];
/** Where the request's columns begin, and those of the verdict. */
const FIRST_REQUEST = 2;
const FIRST_VERDICT = FIRST_REQUEST + REQUEST_CELLS.length;
const BYTES = Array.from({ length: 256 }, (_, byte) => byte);
const NO_BITS = new Uint8Array();
/** Instead of a name's number: the cell is empty. */
const NONE = -1;

/**
 * Writes chunks and their verdicts as a table in Arrow IPC, with the columns of VerdictRows. A row with a problem has its
 * cells as the file has them: what they add to the dictionaries comes before the rows.
 */
export class ArrowVerdictWriter {
  /** Schema and dictionaries. */
  readonly header: Uint8Array;
  readonly #encoder: ArrowEncoder;
  readonly #cells: RequestCells;
  /** Of each request column, the names written so far. */
  readonly #names: readonly (Names | undefined)[];
  /** By verdict byte, the number of the name in each column of the verdict. */
  readonly #words: readonly Int32Array[];

  constructor(world: World, isFile: boolean) {
    this.#encoder = new ArrowEncoder(COLUMNS, isFile);
    this.#cells = new RequestCells(world);
    this.#names = requestNames(world).map((names) => names && new Names(names));
    const pieces = [this.#encoder.start()];
    this.#names.forEach((names, i) => {
      if (names) pieces.push(this.#encoder.names(FIRST_REQUEST + i, names.take()));
    });
    this.#words = [verdictWord, errnoWord, reasonWord, dispositionWord].map((wordOf, i) => {
      const names = new Names([]);
      const numbers = Int32Array.from(BYTES, (byte) => {
        const word = Outcome[decodeVerdict(byte).outcome] === undefined ? null : wordOf(byte);
        return word === null ? NONE : (names.numberOf(word) ?? NONE);
      });
      pieces.push(this.#encoder.names(FIRST_VERDICT + i, names.take()));
      return numbers;
    });
    this.header = joined(pieces);
  }

  /** A chunk, as one record batch after the names it adds. */
  rows({ columns, rows, firstRow, lines, bad }: RequestChunk, verdicts: Uint8Array): Uint8Array {
    const request = this.#cells.of(columns);
    for (const [row, texts] of bad) this.#putTexts(request, row, texts);
    const row = BigInt64Array.from({ length: rows }, (_, i) => BigInt(firstRow + i + 1));
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
    const added = this.#names.flatMap((names, i) => {
      const list = names?.take() ?? [];
      return list.length > 0 ? [this.#encoder.names(FIRST_REQUEST + i, list)] : [];
    });
    return joined([
      ...added,
      this.#encoder.rows(rows, [{ data: row, valid: NO_BITS, empty: 0 }, line, ...request, ...words]),
    ]);
  }

  /** What comes after the last row. */
  footer(): Uint8Array {
    return this.#encoder.end();
  }

  /** The request of a row with a problem, as it was written. A count that is none stays empty. */
  #putTexts(request: readonly CellBuffer[], row: number, texts: readonly string[]): void {
    request.forEach((cells, i) => {
      const text = texts[i] ?? '';
      const names = this.#names[i];
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
