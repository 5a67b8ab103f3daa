import { PAST_ROWS, TYPE_ROWS } from '../../abi/memory_layout.js';
import { DISPOSITION_SHIFT, OUTCOME_MASK, Outcome } from '../../abi/verdict.js';
import type { FullColumns } from '../../engine/columns.js';
import { createMemory, instantiate, type OutputRowExports } from '../../engine/wasm.js';
import type { WorldNames } from '../../kernel/world.js';
import { commandFields, READS_MAP_TYPE, READS_PROG_TYPE } from '../../request/command_fields.js';
import type { IndexBytes, OutputCells } from './output_column.js';

const PAGE = 65_536;
/** In a table of words: the verdict has none. */
export const NO_WORD = 255;
/** Outcomes and dispositions that a verdict byte has room for. */
export const OUTCOMES_OF_BYTE = OUTCOME_MASK + 1;
export const DISPOSITIONS_OF_BYTE = 256 >> DISPOSITION_SHIFT;

/** The numbers of the words of each column of a verdict; NO_WORD for none. */
export interface VerdictWords {
  /** By outcome: `verdict`, `errno` and `reason`. */
  readonly byOutcome: readonly Uint8Array[];
  readonly byDisposition: Uint8Array;
}

const INDEX_ARRAYS = { 1: Int8Array, 2: Int16Array, 4: Int32Array } as const;

/** In REQUEST_CELLS: the column that holds counts, not names. */
const INSN_CNT = 6;

/** An output column: where its cells lie, and how wide they are. */
interface Place {
  readonly bytes: IndexBytes;
  readonly isIndex: boolean;
  data: number;
  valid: number;
}

/** What a buffer is made for. */
export interface EncodeOptions {
  /** Bytes of the numbers of each request column's names, in the order of REQUEST_CELLS; 4 for insn_cnt. */
  readonly indexBytes: readonly IndexBytes[];
  /** Of verdicts, where there are any. */
  readonly words?: VerdictWords;
  /** Rows there is room for; more are taken one chunk at a time. */
  readonly rows?: number;
}

/**
 * Memory where decided rows become cells of output columns, by the Wasm module (assembly/output_rows.ts). What a command does
 * not read is an empty cell, and so are an attach type of 0 and a `pre` of none.
 */
export class EncodeBuffer {
  readonly #memory = createMemory(true);
  readonly #exports: OutputRowExports = instantiate(this.#memory);
  readonly #readers: Readonly<Record<'mapType' | 'progType' | 'attachType' | 'insnCnt', number>>;
  readonly #outcomeTables: readonly number[];
  readonly #dispositionTable: number;
  readonly #known: number;
  readonly #request: readonly Place[];
  readonly #words: readonly Place[];
  /** Where the columns of rows begin. */
  readonly #start: number;
  #capacity = 0;
  #rows = 0;
  #end = PAGE;
  /** Addresses of columns on their way in. */
  #wide = { task: 0, token: 0, insnCnt: 0 };
  #narrow = { cmd: 0, type: 0, attachType: 0, pre: 0, verdicts: 0, numbers: 0 };

  constructor(world: WorldNames, { indexBytes, words, rows = 0 }: EncodeOptions) {
    const { type, attachType, insnCnt } = commandFields(world.profile.vocabulary);
    const readers = (reads: (cmd: number) => boolean): number =>
      this.#table(Uint8Array.from({ length: TYPE_ROWS }, (_, cmd) => (reads(cmd) ? 255 : 0)));
    this.#readers = {
      mapType: readers((cmd) => type[cmd] === READS_MAP_TYPE),
      progType: readers((cmd) => type[cmd] === READS_PROG_TYPE),
      attachType: readers((cmd) => attachType[cmd] === 1),
      insnCnt: readers((cmd) => insnCnt[cmd] === 1),
    };
    this.#outcomeTables = (words?.byOutcome ?? []).map((table) => this.#table(table));
    this.#dispositionTable = words ? this.#table(words.byDisposition) : 0;
    this.#known = this.#table(
      Uint8Array.from({ length: OUTCOMES_OF_BYTE }, (_, outcome) => (Outcome[outcome] === undefined ? 0 : 255)),
    );
    this.#request = indexBytes.map((bytes, column) => ({ bytes, isIndex: column !== INSN_CNT, data: 0, valid: 0 }));
    const wordColumns = words ? words.byOutcome.length + 1 : 0;
    this.#words = Array.from({ length: wordColumns }, () => ({ bytes: 1, isIndex: true, data: 0, valid: 0 }));
    this.#start = this.#end;
    this.#reserve(rows);
  }

  /** Rows that were put and not taken. */
  get rows(): number {
    return this.#rows;
  }

  /** Whether some more rows can be put before those there are have to be taken. */
  hasRoomFor(rows: number): boolean {
    return this.#rows === 0 || this.#rows + rows <= this.#capacity;
  }

  /** Takes rows, for which there must be room; their verdicts too where the buffer has words. */
  put({ task, token, cmd, type, attachType, insnCnt, pre }: FullColumns, verdicts?: Uint8Array): void {
    const rows = task.length;
    if (this.#rows === 0) this.#reserve(rows);
    const from = this.#rows;
    const { buffer } = this.#memory;
    new Uint16Array(buffer, this.#wide.task + 2 * from, rows).set(task);
    new Uint16Array(buffer, this.#wide.token + 2 * from, rows).set(token);
    new Uint32Array(buffer, this.#wide.insnCnt + 4 * from, rows).set(insnCnt);
    this.#bytes(this.#narrow.cmd + from, rows).set(cmd);
    this.#bytes(this.#narrow.type + from, rows).set(type);
    this.#bytes(this.#narrow.attachType + from, rows).set(attachType);
    this.#bytes(this.#narrow.pre + from, rows).set(pre);
    if (verdicts) this.#bytes(this.#narrow.verdicts + from, rows).set(verdicts);
    this.#rows += rows;
  }

  /** The cells of the rows that were put: of the columns of REQUEST_CELLS, then of the verdicts. Views that the next rows overwrite. */
  take(): OutputCells[] {
    const rows = this.#rows;
    this.#rows = 0;
    return [...this.#requestCells(rows), ...this.#wordCells(rows)];
  }

  #requestCells(rows: number): OutputCells[] {
    const { task, token, insnCnt } = this.#wide;
    const { cmd, type, attachType, pre } = this.#narrow;
    const { mapType, progType, attachType: hasAttachType, insnCnt: hasInsnCnt } = this.#readers;
    const { writeIds, writeCounts } = this.#exports;
    const place = (column: number): Place => this.#request[column] as Place;
    const ids = (from: number, hasEmpty: boolean, { bytes, data, valid }: Place): number =>
      writeIds(from, hasEmpty, bytes, data, valid, rows);
    const counts = place(INSN_CNT);
    const empty = [
      ids(task, false, place(0)),
      ids(token, true, place(1)),
      this.#names(cmd, 0, false, place(2), rows),
      this.#names(type, mapType, false, place(3), rows),
      this.#names(type, progType, false, place(4), rows),
      this.#names(attachType, hasAttachType, true, place(5), rows),
      writeCounts(insnCnt, cmd, hasInsnCnt, counts.data, counts.valid, rows),
      this.#names(pre, 0, true, place(7), rows),
    ];
    return this.#request.map((at, column) => this.#cells(at, rows, empty[column] as number));
  }

  #wordCells(rows: number): OutputCells[] {
    const from = this.#narrow.verdicts;
    return this.#words.map((at, column) => {
      const table = this.#outcomeTables[column] ?? this.#dispositionTable;
      const isDisposition = column === this.#outcomeTables.length;
      const empty = this.#exports.writeWords(from, isDisposition, table, this.#known, at.data, at.valid, rows);
      return this.#cells(at, rows, empty);
    });
  }

  /** Numbers of an enumeration, which take one byte; in a column that names are added to, they may have to be wider. */
  #names(from: number, readers: number, isZeroEmpty: boolean, { bytes, data, valid }: Place, rows: number): number {
    const { cmd, numbers } = this.#narrow;
    const to = bytes === 1 ? data : numbers;
    const empty = this.#exports.writeNames(from, cmd, readers, isZeroEmpty, to, valid, rows);
    if (bytes !== 1) new INDEX_ARRAYS[bytes](this.#memory.buffer, data, rows).set(this.#bytes(numbers, rows));
    return empty;
  }

  #cells({ bytes, isIndex, data, valid }: Place, rows: number, empty: number): OutputCells {
    const { buffer } = this.#memory;
    const numbers = isIndex ? new INDEX_ARRAYS[bytes](buffer, data, rows) : new Uint32Array(buffer, data, rows);
    return { data: numbers, valid: this.#bytes(valid, Math.ceil(rows / 8)), empty };
  }

  /** Makes room for this many rows. What was in the columns is lost. */
  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.#end = this.#start;
    const columns = (bytes: number): number => this.#allocate(bytes * rows);
    this.#wide = { task: columns(2), token: columns(2), insnCnt: columns(4) };
    this.#narrow = {
      cmd: columns(1),
      type: columns(1),
      attachType: columns(1),
      pre: columns(1),
      verdicts: columns(1),
      numbers: columns(1),
    };
    for (const place of [...this.#request, ...this.#words]) {
      place.data = columns(place.bytes);
      place.valid = this.#allocate(Math.ceil(rows / 8));
    }
  }

  #table(entries: Uint8Array): number {
    const address = this.#allocate(entries.length);
    this.#bytes(address, entries.length).set(entries);
    return address;
  }

  #bytes(address: number, bytes: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, bytes);
  }

  /** Memory for a number of bytes, and for those that are read and written past them. */
  #allocate(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil((bytes + PAST_ROWS) / 64) * 64;
    const missing = Math.ceil(this.#end / PAGE) - this.#memory.buffer.byteLength / PAGE;
    if (missing > 0) this.#memory.grow(missing);
    return address;
  }
}
