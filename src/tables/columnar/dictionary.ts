import { type CellBytes, ColumnCells, type NumberType, type TextType } from './cells.js';

/** Some entries of a dictionary, as plain data. */
export interface DictionaryPart {
  readonly type: NumberType | TextType;
  readonly entries: number;
  readonly bytes: CellBytes;
}

/** What the numbers in a column stand for. */
export interface Entries {
  readonly length: number;
  /** An entry, from 0 to length - 1; undefined for one that is empty. */
  at(entry: number): string | number | undefined;
}

/** Entries as they lie in a file: a list of texts (or numbers), which may have come in several parts. */
export class Dictionary implements Entries {
  readonly parts: readonly DictionaryPart[];
  readonly length: number;
  readonly #cells: readonly ColumnCells[];
  /** The first entry of each part. */
  readonly #starts: readonly number[];

  constructor(parts: readonly DictionaryPart[]) {
    this.parts = parts;
    this.#cells = parts.map(({ type, bytes }) => new ColumnCells(type, bytes));
    const starts: number[] = [];
    let length = 0;
    for (const { entries } of parts) {
      starts.push(length);
      length += entries;
    }
    this.#starts = starts;
    this.length = length;
  }

  at(entry: number): string | number | undefined {
    const part = this.#starts.findLastIndex((start) => start <= entry);
    return (this.#cells[part] as ColumnCells).at(entry - (this.#starts[part] as number));
  }
}
