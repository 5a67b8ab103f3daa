import { Outcome } from '../../abi/verdict.js';
import { decodeVerdict, dispositionName, outcomeName, verdictWord } from '../../kernel/verdict.js';
import type { WorldNames } from '../../kernel/world.js';
import { WRITTEN_COLUMNS } from '../text/request_text.js';
import type { AddedNames } from './added_names.js';
import { DictionaryBuilder } from './dictionary_builder.js';
import { requestNames } from './request_names.js';
import { DISPOSITIONS_OF_BYTE, NO_WORD, OUTCOMES_OF_BYTE, type VerdictWords } from './verdict_words.js';

/** A column to write: names by number, or whole numbers from 0. Any cell may be empty. */
export type OutputColumn = { readonly name: string } & (
  | {
      readonly holds: 'names';
      /** By their number. */
      readonly names: readonly string[];
      /** Bytes of a number. */
      readonly bytes: IndexBytes;
    }
  | { readonly holds: 'uint32'; readonly bytes: 4; readonly names?: never }
  | { readonly holds: 'int64'; readonly bytes: 8; readonly names?: never }
);

/** Bytes of the number of a name. */
export type IndexBytes = 1 | 2 | 4;

/** The fewest bytes that the numbers of this many names take. */
export function indexBytesOf(names: number): IndexBytes {
  return names <= 0x80 ? 1 : names <= 0x8000 ? 2 : 4;
}

const NUMBERS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** A view of bytes as the numbers of names, which may be changed. */
export function nameNumbers(
  { buffer, byteOffset, length }: Uint8Array,
  bytes: IndexBytes,
): Uint8Array | Uint16Array | Uint32Array {
  return new NUMBERS[bytes](buffer as ArrayBuffer, byteOffset, length / bytes);
}

/** The columns of a table: of requests, in the order of WRITTEN_COLUMNS; or of verdict rows, in that of OUTPUT_COLUMNS. */
export function outputColumns(world: WorldNames, hasVerdicts: boolean, added: AddedNames): OutputColumn[] {
  const requests = requestColumns(world, added);
  if (!hasVerdicts) return requests;
  const words = verdictWords().names.map(
    (names, i): OutputColumn => ({ name: VERDICT_NAMES[i] as string, holds: 'names', names, bytes: 1 }),
  );
  return [
    { name: 'row', holds: 'int64', bytes: 8 },
    { name: 'line', holds: 'uint32', bytes: 4 },
    ...requests,
    ...words,
  ];
}

const VERDICT_NAMES = ['verdict', 'errno', 'reason', 'token_disposition'];

/** The columns of requests, with the fewest bytes for each column's names, to which more may come. */
export function requestColumns(world: WorldNames, added: AddedNames): OutputColumn[] {
  const lists = requestNames(world);
  return WRITTEN_COLUMNS.map((name, i): OutputColumn => {
    const names = lists[i];
    if (!names) return { name, holds: 'uint32', bytes: 4 };
    return { name, holds: 'names', names, bytes: indexBytesOf(names.length + (added[i] ?? 0)) };
  });
}

/** The names of each column of a verdict, and the numbers of each outcome's and disposition's. */
export function verdictWords(): { readonly words: VerdictWords; readonly names: readonly (readonly string[])[] } {
  const columnOf = (size: number, wordOf: (i: number) => string | null) => {
    const names = new DictionaryBuilder([]);
    const numbers = Uint8Array.from({ length: size }, (_, i) => {
      const word = wordOf(i);
      return word === null ? NO_WORD : (names.numberOf(word) ?? NO_WORD);
    });
    return { names: names.take(), numbers };
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
