import * as R from '../../abi/read_layout.js';
import { createProgramColumn } from '../../engine/columns.js';
import { createMemory, instantiate, type ReadRowExports } from '../../engine/wasm.js';
import type { CommandFields } from '../../request/command_fields.js';
import { REQUEST_COLUMNS, type RequestFormat } from '../request_table.js';
import { RowMemory } from '../row_memory.js';
import { type ChunkStorage, resetStorage } from '../rows/chunk_builder.js';
import { EMPTY, type NameCache } from '../rows/name_cache.js';
import { SpellingTable } from './spelling_table.js';
import { MAX_HELD_BYTES, MAX_LINE, PIECE_BYTES } from './text_lines.js';

const MAX_ADDRESS = 0xffff_ffff;
/** Room for the text of a table, and for a line of other text: one of MAX_RECORD characters (csv_records.ts) fits. */
export const TEXT_BYTES = MAX_HELD_BYTES + PIECE_BYTES;
const SCRATCH_BYTES = 1 << 18;

/** What cells of a world's tables can say. */
export interface RowNames {
  readonly fields: CommandFields;
  /** By column of REQUEST_COLUMNS; insn_cnt has none. */
  readonly spellings: readonly (NameCache | undefined)[];
}

/** Lines to read: where the first starts, where the last whole one ends, from where on no row may start, and the first one's number. */
export interface LineSpan {
  readonly at: number;
  readonly end: number;
  readonly stop: number;
  readonly number: number;
}

/** What became of some lines. */
export interface ReadLines {
  /** One of the READ_* of abi/read_layout.ts, but for READ_MISS. */
  readonly why: number;
  /** Where the line starts that was not read, its number, and the next row. */
  readonly at: number;
  readonly number: number;
  readonly row: number;
  readonly hasExpects: boolean;
}

/**
 * Reads plain rows from lines of text in its memory, by the Wasm module (assembly/read_rows.ts): rows with nothing wrong or unusual.
 * It makes the rows that RowBuilder.add() makes of the same cells.
 */
export class RowReader {
  /** Where text is to be put; from TEXT_BYTES on, other text than that of the table. */
  readonly text: Uint8Array;
  /** The address of its first byte. */
  readonly textAt: number;
  /** Where the rows that were read are. */
  readonly storage: ChunkStorage;
  readonly #names: RowNames;
  readonly #memory = new RowMemory(createMemory(true));
  readonly #exports: ReadRowExports = instantiate(this.#memory.memory);
  readonly #layout: number;
  readonly #words: Uint32Array;
  readonly #tables: readonly SpellingTable[];
  #places: Uint8Array = new Uint8Array();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  /** With room for `rows` rows. */
  constructor(names: RowNames, rows: number) {
    this.#names = names;
    const memory = this.#memory;
    this.#layout = memory.allocate(R.READ_LAYOUT_SIZE);
    this.#words = new Uint32Array(memory.memory.buffer, this.#layout, R.READ_LAYOUT_SIZE / 4);
    this.#put(R.READ_ROWS, rows);
    this.#put(R.READ_MAX_LINE, MAX_LINE);
    const { fields } = names;
    for (const [at, table] of [
      [R.READ_TYPE_READERS, fields.type],
      [R.READ_TYPE_REQUIRED, fields.typeRequired],
      [R.READ_ATTACH_TYPE_READERS, fields.attachType],
      [R.READ_INSN_CNT_READERS, fields.insnCnt],
    ] as const) {
      memory.bytes(this.#layout + at, table.length).set(table);
    }
    this.#tables = Array.from({ length: R.READ_TABLES }, () => new SpellingTable(memory, this.#exports));
    for (const table of this.#tables.keys()) this.#showTable(table);
    this.storage = this.#allocateStorage(rows);
    this.textAt = memory.allocate(TEXT_BYTES + SCRATCH_BYTES + R.PAST_TEXT);
    this.text = memory.bytes(this.textAt, TEXT_BYTES + SCRATCH_BYTES);
  }

  /** A table begins: no key is known, and rows are at their defaults. */
  begin(): void {
    this.#tables[R.READ_KEYS]?.clear();
    this.#words.fill(0, R.READ_LAST_KEYS / 4, R.READ_LAST_KEYS / 4 + R.MAX_LAST_KEYS);
    resetStorage(this.storage, this.storage.lines.length);
  }

  /** The request column of each field of CSV, below 0 for none. */
  setFields(columns: readonly number[]): void {
    const places = Uint8Array.from(columns, (column) => (column < 0 ? R.READ_DISCARD : column));
    if (places.length > this.#places.length) {
      this.#places = this.#memory.bytes(this.#memory.allocate(places.length), places.length);
    }
    this.#places.set(places);
    this.#put(R.READ_PLACES, this.#places.byteOffset);
    this.#put(R.READ_FIELDS, columns.length);
    // Cells of columns that the table does not have stay empty.
    this.#words.fill(0, R.READ_STARTS / 4, R.READ_CELLS_END / 4);
  }

  /** Reads rows into the storage, from its row `row` on. `keyColumn` answers the column of a key that is known, below 0 for none. */
  read(
    format: RequestFormat,
    { at, end, stop, number }: LineSpan,
    row: number,
    keyColumn: (key: string) => number | undefined = () => undefined,
  ): ReadLines {
    this.#put(R.READ_AT, this.textAt + at);
    this.#put(R.READ_END, this.textAt + end);
    this.#put(R.READ_STOP, Math.min(this.textAt + stop, MAX_ADDRESS));
    this.#put(R.READ_LINE, number);
    this.#put(R.READ_ROW, row);
    this.#put(R.READ_HAS_EXPECT, 0);
    const read = format === 'csv' ? this.#exports.readCsvRows : this.#exports.readNdjsonRows;
    let why: number = R.READ_MISS;
    while (why === R.READ_MISS) {
      why = read(this.#layout);
      if (why === R.READ_MISS && !this.#learn(keyColumn)) why = format === 'csv' ? R.READ_ODD : R.READ_COMPLEX;
    }
    return {
      why,
      at: this.#get(R.READ_AT) - this.textAt,
      number: this.#get(R.READ_LINE),
      row: this.#get(R.READ_ROW),
      hasExpects: this.#get(R.READ_HAS_EXPECT) === 1,
    };
  }

  /** Fields of the CSV line that was split last. */
  get fields(): number {
    return this.#get(R.READ_SPLIT);
  }

  /** Where the cell of a column lies in the line that was split last. */
  cellAt(column: number): { readonly start: number; readonly end: number } {
    const start = this.#get(R.READ_STARTS + 4 * column);
    const end = this.#get(R.READ_ENDS + 4 * column);
    return start === end ? { start: 0, end: 0 } : { start: start - this.textAt, end: end - this.textAt };
  }

  /** Text from `start` up to `end`; invalid bytes become U+FFFD. */
  decode(start: number, end: number): string {
    // A copy: what decodes does not take shared memory.
    return this.#decoder.decode(this.text.slice(start, end));
  }

  /** Works out what a spelling stands for that is not known. Answers false where it stands for nothing, or cannot be remembered. */
  #learn(keyColumn: (key: string) => number | undefined): boolean {
    const table = this.#get(R.READ_MISS_TABLE);
    const start = this.#get(R.READ_MISS_START) - this.textAt;
    const end = this.#get(R.READ_MISS_END) - this.textAt;
    const bytes = this.text.slice(start, end);
    const text = this.#decoder.decode(bytes);
    const value =
      table === R.READ_KEYS ? placeOf(keyColumn(text)) : (this.#names.spellings[table] as NameCache).idOf(text);
    if (value === undefined || value < EMPTY) return false;
    const isKnown = (this.#tables[table] as SpellingTable).add(bytes, value);
    this.#showTable(table);
    return isKnown;
  }

  #allocateStorage(rows: number): ChunkStorage {
    const memory = this.#memory;
    const column = (at: number, bytes: number): number => {
      const address = memory.allocate(bytes * rows);
      this.#put(at, address);
      return address;
    };
    const [task, token] = [column(R.READ_TASK, 2), column(R.READ_TOKEN, 2)];
    const [cmd, type] = [column(R.READ_CMD, 1), column(R.READ_TYPE, 1)];
    const [attachType, insnCnt] = [column(R.READ_ATTACH_TYPE, 1), column(R.READ_INSN_CNT, 4)];
    const [pre, lines, expects] = [column(R.READ_PRE, 1), column(R.READ_LINES, 4), column(R.READ_EXPECT, 2)];
    const { buffer } = memory.memory;
    return {
      columns: {
        task: new Uint16Array(buffer, task, rows),
        token: new Uint16Array(buffer, token, rows),
        cmd: memory.bytes(cmd, rows),
        type: memory.bytes(type, rows),
        attachType: memory.bytes(attachType, rows),
        insnCnt: new Uint32Array(buffer, insnCnt, rows),
        pre: memory.bytes(pre, rows),
      },
      program: createProgramColumn(rows),
      lines: new Uint32Array(buffer, lines, rows),
      expects: new Int16Array(buffer, expects, rows),
    };
  }

  #showTable(table: number): void {
    const { slots, mask } = this.#tables[table] as SpellingTable;
    this.#put(R.READ_SLOTS + 4 * table, slots);
    this.#put(R.READ_SLOT_MASKS + 4 * table, mask);
  }

  #get(at: number): number {
    return this.#words[at / 4] as number;
  }

  #put(at: number, value: number): void {
    this.#words[at / 4] = value;
  }
}

/** The place of a key's cell. */
function placeOf(column: number | undefined): number | undefined {
  return column !== undefined && column < 0 ? R.READ_DISCARD : column;
}

if (REQUEST_COLUMNS.length !== R.READ_COLUMNS)
  throw new Error('abi/read_layout.ts has other columns than REQUEST_COLUMNS');
