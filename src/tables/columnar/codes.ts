import {
  CODE_EMPTY_TYPE,
  CODE_UNRESOLVED,
  CODE_UNRESOLVED_COUNT,
  CODE_UNRESOLVED_EXPECT,
  CODE_UNRESOLVED_TASK,
  CODE_UNRESOLVED_TOKEN,
  NO_PROGRAM,
  TYPE_ROWS,
} from '../../abi/memory_layout.js';
import { NO_TOKEN, type WorldNames } from '../../kernel/world.js';
import { EXPECT_NONE, type RequestColumn } from '../request_table.js';
import { type NameCache, parseCount, requestSpellings, EMPTY as SPELT_NOTHING } from '../rows/name_cache.js';
import type { Entries } from './dictionary.js';

export type CodeArray = Uint8Array | Uint16Array | Uint32Array;

/** How the codes of a column are kept. */
export interface CodeKind {
  /** Bytes of a code. */
  readonly bytes: 1 | 2 | 4;
  /** The code of an empty cell. */
  readonly empty: number;
  /** The code of a cell that more is to be said of. */
  readonly odd: number;
}

/** Of each request column. */
export const CODE_KINDS: Readonly<Record<RequestColumn, CodeKind>> = {
  task: { bytes: 2, empty: CODE_UNRESOLVED_TASK, odd: CODE_UNRESOLVED_TASK },
  token: { bytes: 2, empty: NO_TOKEN, odd: CODE_UNRESOLVED_TOKEN },
  cmd: { bytes: 1, empty: CODE_UNRESOLVED, odd: CODE_UNRESOLVED },
  map_type: { bytes: 1, empty: CODE_UNRESOLVED, odd: CODE_UNRESOLVED },
  prog_type: { bytes: 1, empty: CODE_EMPTY_TYPE, odd: CODE_UNRESOLVED },
  expected_attach_type: { bytes: 1, empty: 0, odd: CODE_UNRESOLVED },
  insn_cnt: { bytes: 4, empty: 1, odd: CODE_UNRESOLVED_COUNT },
  pre: { bytes: 1, empty: 0, odd: CODE_UNRESOLVED },
  expect: { bytes: 2, empty: EXPECT_NONE & 0xffff, odd: CODE_UNRESOLVED_EXPECT },
  // The slow path takes every row with a program: it says more than its own cell.
  program: { bytes: 2, empty: NO_PROGRAM, odd: CODE_UNRESOLVED_TOKEN },
};

/** `pre` that says the row could not be read: there is more to say of it. */
const MARKED_BAD = 7;

/** What cells stand for, as codes (engine/layout.ts); the same as RowBuilder makes of them where a code is not odd. */
export class Codes {
  readonly #world: WorldNames;
  readonly #spellings: Partial<Record<RequestColumn, NameCache>>;
  /** The codes that the dictionary of each column had before. */
  readonly #before = new Map<RequestColumn, { readonly dictionary: Entries; readonly codes: CodeArray }>();

  constructor(world: WorldNames) {
    this.#world = world;
    this.#spellings = requestSpellings(world);
  }

  /** The code of a cell. */
  of(column: RequestColumn, cell: string | number | undefined): number {
    const { empty, odd } = CODE_KINDS[column];
    if (cell === undefined || cell === '') return empty;
    const isIndex = typeof cell === 'number' && (column === 'task' || column === 'token');
    const text = isIndex ? `#${cell}` : String(cell);
    const id = this.#spellings[column]?.idOf(text) ?? parseCount(text);
    if (id === SPELT_NOTHING) return empty;
    return id < 0 || (column === 'pre' && id === MARKED_BAD) ? odd : id;
  }

  /** The codes of a dictionary's entries, and one more: that of numbers past its end. One that has grown keeps its entries. */
  ofDictionary(column: RequestColumn, dictionary: Entries): CodeArray {
    const before = this.#before.get(column);
    const known = before?.dictionary === dictionary ? before.codes.subarray(0, -1) : undefined;
    const codes = this.#table(column, dictionary.length, (entry) => dictionary.at(entry), known);
    this.#before.set(column, { dictionary, codes });
    return codes;
  }

  /** The codes of the numbers a column can hold, and one more: that of larger ones. */
  ofNumbers(column: RequestColumn): CodeArray {
    const { tasks, tokens } = this.#world;
    const counts: Partial<Record<RequestColumn, number>> = { task: tasks.length, token: tokens.length };
    return this.#table(column, counts[column] ?? TYPE_ROWS, (number) => number);
  }

  #table(
    column: RequestColumn,
    length: number,
    cellOf: (entry: number) => string | number | undefined,
    known: CodeArray = new CODE_ARRAYS[1](0),
  ): CodeArray {
    const { bytes, odd } = CODE_KINDS[column];
    const table = sharedCodes(bytes, length + 1);
    table.set(known);
    for (let entry = known.length; entry < length; entry++) table[entry] = this.of(column, cellOf(entry));
    table[length] = odd;
    return table;
  }
}

/** Arrays of codes, by their bytes. */
export const CODE_ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Room for codes, which other threads need no copy of. */
function sharedCodes(bytes: 1 | 2 | 4, length: number): CodeArray {
  const buffer = new SharedArrayBuffer(bytes * length);
  if (bytes === 1) return new Uint8Array(buffer);
  return bytes === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer);
}
