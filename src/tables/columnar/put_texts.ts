import type { DictionaryBuilder } from './dictionary_builder.js';

/** The cells of a request column, which can be changed. */
export interface ChangeableCells {
  readonly numbers: Uint8Array | Uint16Array | Uint32Array;
  /** A bit each, 0 for an empty one. */
  readonly valid: Uint8Array;
  empty: number;
}

/**
 * Puts the request of a row with a problem, as it was written, into the cells of the request columns; names that are not there yet are
 * added to `names`, which are undefined for a column of counts. Text that is no count leaves its cell empty.
 */
export function putTexts(
  cells: readonly ChangeableCells[],
  row: number,
  texts: readonly string[],
  names: readonly (DictionaryBuilder | undefined)[],
): void {
  cells.forEach((column, i) => {
    const text = texts[i] ?? '';
    putNumber(column, row, text === '' ? undefined : names[i] ? names[i].numberOf(text) : wholeNumber(text));
  });
}

function putNumber(cells: ChangeableCells, row: number, number: number | undefined): void {
  const { numbers, valid } = cells;
  const byte = valid[row >> 3] as number;
  const bit = 1 << (row & 7);
  const wasGiven = (byte & bit) !== 0;
  numbers[row] = number ?? 0;
  valid[row >> 3] = number === undefined ? byte & ~bit : byte | bit;
  if (wasGiven && number === undefined) cells.empty += 1;
  if (!wasGiven && number !== undefined) cells.empty -= 1;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= 0xffff_ffff ? Number(text) : undefined;
}
