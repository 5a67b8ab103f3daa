import { NO_PROGRAM } from '../../abi/memory_layout.js';
import type { Columns, FullColumns } from '../../engine/columns.js';
import { createMemory, instantiate, type TableRowExports } from '../../engine/wasm.js';
import { OUTCOMES } from '../../kernel/verdict.js';
import type { WorldNames } from '../../kernel/world.js';
import { REQUEST_COLUMNS, type RequestColumn } from '../request_table.js';
import { RowMemory } from '../row_memory.js';
import type { NumberType } from './cells.js';
import { CODE_ARRAYS, CODE_KINDS } from './codes.js';

/** Rows of a decode buffer: few enough to stay in cache. */
export const DECODE_BUFFER_ROWS = 16_384;

/** Bytes of one column's cells, of the widest kind there is. */
const CELL_BYTES = 8 * (DECODE_BUFFER_ROWS + 1);
const VALID_BYTES = DECODE_BUFFER_ROWS / 8 + 1;

/** Where one request column lies. */
interface ColumnBuffers {
  readonly cells: number;
  readonly valid: number;
  readonly codes: number;
  /** Of the table of codes, and how many entries it has room for. */
  table: number;
  room: number;
  /** The last entry of the table. */
  last: number;
}

/**
 * Memory where rows of a table become columns of requests, by the Wasm module (assembly/table_rows.ts): the bytes of cells are
 * put on it, looked up in tables of codes, and joined.
 */
export class DecodeBuffer {
  readonly #memory = new RowMemory(createMemory(true));
  readonly #exports: TableRowExports = instantiate(this.#memory.memory);
  readonly #columnBuffers: Readonly<Record<RequestColumn, ColumnBuffers>>;
  /** Columns that the table has. */
  readonly #given: ReadonlySet<RequestColumn>;
  readonly #progAttach: number;
  readonly #linkCreate: number;
  /** Where u32 numbers lie on their way. */
  readonly #wide: number;
  readonly #type: number;
  /** Not 0 where join() found a row odd. */
  readonly odd: Uint8Array;
  readonly #oddAt: number;
  readonly #verdicts: number;
  /** Counts of rows, by task and outcome and four times by verdict. */
  readonly #byTask: number;
  readonly #byVerdict: number;
  readonly #tasks: number;

  constructor(world: WorldNames, given: ReadonlySet<RequestColumn>) {
    const { vocabulary } = world.profile;
    this.#given = given;
    this.#tasks = world.tasks.length;
    this.#verdicts = this.#memory.allocate(DECODE_BUFFER_ROWS);
    this.#byTask = this.#memory.allocate(4 * OUTCOMES * (this.#tasks + 1));
    this.#byVerdict = this.#memory.allocate(4 * 4 * 256);
    this.#progAttach = vocabulary.require('cmds', 'prog_attach');
    this.#linkCreate = vocabulary.require('cmds', 'link_create');
    this.#wide = this.#memory.allocate(4 * DECODE_BUFFER_ROWS);
    this.#type = this.#memory.allocate(DECODE_BUFFER_ROWS);
    this.#oddAt = this.#memory.allocate(DECODE_BUFFER_ROWS);
    this.odd = this.#memory.bytes(this.#oddAt, DECODE_BUFFER_ROWS);
    const buffers = (name: RequestColumn): ColumnBuffers => ({
      cells: this.#memory.allocate(given.has(name) ? CELL_BYTES : 0),
      valid: this.#memory.allocate(given.has(name) ? VALID_BYTES : 0),
      codes: this.#memory.allocate(CODE_KINDS[name].bytes * DECODE_BUFFER_ROWS),
      table: 0,
      room: 0,
      last: 0,
    });
    this.#columnBuffers = Object.fromEntries(REQUEST_COLUMNS.map((name) => [name, buffers(name)])) as Record<
      RequestColumn,
      ColumnBuffers
    >;
    this.clear();
  }

  /** Puts what an empty cell stands for into every row of the columns the table does not have. */
  clear(): void {
    for (const name of REQUEST_COLUMNS) {
      if (!this.#given.has(name)) this.codes(name).fill(CODE_KINDS[name].empty);
    }
  }

  /** Where the bytes of a column's cells go: `bytes` of them, from the first row on. */
  cells(name: RequestColumn, bytes: number): Uint8Array {
    return this.#memory.bytes(this.#columnBuffers[name].cells, bytes);
  }

  /** Where the validity bits of a column go. */
  valid(name: RequestColumn, bytes: number): Uint8Array {
    return this.#memory.bytes(this.#columnBuffers[name].valid, bytes);
  }

  /** The codes of a column. */
  codes(name: RequestColumn): Uint8Array | Uint16Array | Uint32Array {
    return new CODE_ARRAYS[CODE_KINDS[name].bytes](
      this.#memory.memory.buffer,
      this.#columnBuffers[name].codes,
      DECODE_BUFFER_ROWS,
    );
  }

  /** The table that lookUp() uses for a column: its last entry is the code of every number from there on. */
  setTable(name: RequestColumn, table: Uint8Array | Uint16Array | Uint32Array): void {
    const buffers = this.#columnBuffers[name];
    if (table.length > buffers.room) {
      // What one that grows leaves behind is less than what it has in the end.
      buffers.room = Math.max(2 * buffers.room, table.length);
      buffers.table = this.#memory.allocate(buffers.room * table.BYTES_PER_ELEMENT);
    }
    buffers.last = table.length - 1;
    this.#memory
      .bytes(buffers.table, table.byteLength)
      .set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength));
  }

  /** Turns the first `rows` numbers of a column's cells into codes. Counts of instructions are their own codes. */
  lookUp(name: RequestColumn, { bytes, isSigned }: NumberType, rows: number, isOwnCode = false): void {
    const { cells, codes, table, last } = this.#columnBuffers[name];
    if (isOwnCode) {
      this.#exports.widenNumbers(bytes, isSigned, cells, codes, rows);
      return;
    }
    // Below 0, a number of four bytes is past every table as it is.
    const isWide = bytes === 4;
    if (!isWide) this.#exports.widenNumbers(bytes, isSigned, cells, this.#wide, rows);
    this.#exports.lookUpCodes(CODE_KINDS[name].bytes, isWide ? cells : this.#wide, table, last, codes, rows);
  }

  /** Gives rows whose validity bit is 0, from bit `first` on, the code of an empty cell. */
  fillNulls(name: RequestColumn, first: number, rows: number): void {
    const { valid, codes } = this.#columnBuffers[name];
    const { bytes, empty } = CODE_KINDS[name];
    this.#exports.fillNullCodes(bytes, valid, first, empty, codes, rows);
  }

  /** Puts the codes of all columns together. Answers whether a row may be odd: `odd` says which are. */
  join(rows: number): boolean {
    const at = (name: RequestColumn): number => this.#columnBuffers[name].codes;
    const ifGiven = (name: RequestColumn): number => (this.#given.has(name) ? at(name) : 0);
    const isOdd = this.#exports.joinCodes(
      rows,
      this.#progAttach,
      this.#linkCreate,
      at('task'),
      at('token'),
      at('cmd'),
      at('map_type'),
      at('prog_type'),
      at('expected_attach_type'),
      ifGiven('insn_cnt'),
      ifGiven('pre'),
      ifGiven('expect'),
      this.#type,
      this.#oddAt,
    );
    return this.#findPrograms(rows) || isOdd !== 0;
  }

  /** Makes rows odd that name a program. */
  #findPrograms(rows: number): boolean {
    if (!this.#given.has('program')) return false;
    const programs = this.codes('program');
    let isFound = false;
    for (let row = 0; row < rows; row++) {
      if (programs[row] === NO_PROGRAM) continue;
      this.odd[row] = 1;
      isFound = true;
    }
    return isFound;
  }

  /** The requests that join() made: views that the next rows overwrite. */
  columns(rows: number): FullColumns {
    const { buffer } = this.#memory.memory;
    const at = (name: RequestColumn): number => this.#columnBuffers[name].codes;
    return {
      task: new Uint16Array(buffer, at('task'), rows),
      token: new Uint16Array(buffer, at('token'), rows),
      cmd: new Uint8Array(buffer, at('cmd'), rows),
      type: new Uint8Array(buffer, this.#type, rows),
      attachType: new Uint8Array(buffer, at('expected_attach_type'), rows),
      insnCnt: new Uint32Array(buffer, at('insn_cnt'), rows),
      pre: new Uint8Array(buffer, at('pre'), rows),
    };
  }

  /** Those of the columns that have to be looked at to decide: one of defaults need not be. */
  plain({ insnCnt, pre, ...columns }: FullColumns, hasOdd: boolean): Columns {
    return {
      ...columns,
      ...(this.#given.has('insn_cnt') ? { insnCnt } : {}),
      ...(this.#given.has('pre') || hasOdd ? { pre } : {}),
    };
  }

  /** What rows expect, where the table has such a column: a view as of columns(). */
  expects(rows: number): Int16Array | undefined {
    if (!this.#given.has('expect')) return undefined;
    return new Int16Array(this.#memory.memory.buffer, this.#columnBuffers.expect.codes, rows);
  }

  /** Memory for the verdicts of the buffer's rows. */
  verdicts(rows: number): Uint8Array {
    return this.#memory.bytes(this.#verdicts, rows);
  }

  /** Counts the buffer's rows by verdicts(). */
  count(rows: number): void {
    const task = this.#columnBuffers.task.codes;
    this.#exports.countVerdicts(rows, task, this.#verdicts, this.#tasks, this.#byTask, this.#byVerdict);
  }

  /** Adds what was counted to counts by verdict byte, and by task * 32 + outcome; starts over. */
  takeCounts(byVerdict: Float64Array, byTask: Float64Array | Uint32Array): void {
    const { buffer } = this.#memory.memory;
    const tasks = new Uint32Array(buffer, this.#byTask, OUTCOMES * (this.#tasks + 1));
    for (let i = 0; i < tasks.length; i++) byTask[i] = (byTask[i] as number) + (tasks[i] as number);
    const verdicts = new Uint32Array(buffer, this.#byVerdict, 4 * 256);
    for (let i = 0; i < verdicts.length; i++) {
      byVerdict[i % 256] = (byVerdict[i % 256] as number) + (verdicts[i] as number);
    }
    tasks.fill(0);
    verdicts.fill(0);
  }
}
