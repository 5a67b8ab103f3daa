import { TYPE_ROWS } from '../../abi/memory_layout.js';
import { Outcome } from '../../abi/verdict.js';
import { instantiate, type OutputRowExports } from '../../engine/wasm.js';
import type { WorldNames } from '../../kernel/world.js';
import { commandFields, READS_MAP_TYPE, READS_PROG_TYPE } from '../../request/command_fields.js';
import type { RequestChunk } from '../request_table.js';
import { RowMemory, regionBytes } from '../row_memory.js';
import { type IndexBytes, nameNumbers, type OutputColumn, verdictWords } from './output_columns.js';
import { OUTCOMES_OF_BYTE } from './verdict_words.js';

const U32 = 2 ** 32;
/** Columns of a request, and of a row before them where it has a verdict. */
const REQUEST_COLUMN_COUNT = 8;
const INSN_CNT = 6;

/** The cells of a column in the memory: numbers of names or what the column holds, and a bit each, 0 for an empty one. */
export interface EncodedColumn {
  readonly bytes: OutputColumn['bytes'];
  /** Addresses. Without `valid`, no cell is empty. */
  readonly data: number;
  readonly valid: number | undefined;
  readonly empty: number;
}

/** The cells of some rows: one region after the other, each column's bits before its numbers. */
export interface EncodedRows {
  readonly rows: number;
  /** Number of the first row, from 1. */
  readonly firstNumber: number;
  readonly columns: readonly EncodedColumn[];
  /** Addresses: all regions lie from `start` up to `end`. */
  readonly start: number;
  readonly end: number;
}

/**
 * Memory where rows become cells of output columns, by the Wasm module (assembly/output_rows.ts). What a command does not read is an
 * empty cell, and so are an attach type of 0 and a `pre` of none.
 */
export class EncodeBuffer {
  readonly memory: RowMemory;
  readonly #exports: OutputRowExports;
  readonly #columns: readonly OutputColumn[];
  readonly #hasVerdicts: boolean;
  readonly #capacity: number;
  readonly #readers: Readonly<Record<'mapType' | 'progType' | 'attachType' | 'insnCnt', number>>;
  readonly #outcomeTables: readonly number[];
  readonly #dispositionTable: number;
  readonly #known: number;
  /** Addresses of columns on their way in. */
  readonly #in: Readonly<Record<'task' | 'token' | 'insnCnt' | 'line' | ByteColumn | 'verdicts' | 'numbers', number>>;
  /** Where cells begin. */
  readonly #start: number;
  #rows = 0;
  #firstRow = 0;
  #hasLines = false;

  /** Over a memory that has nothing else, of whatever thread it was before. `columns` are those of outputColumns(). */
  constructor(memory: WebAssembly.Memory, world: WorldNames, columns: readonly OutputColumn[], capacity: number) {
    this.memory = new RowMemory(memory);
    this.#exports = instantiate(memory);
    this.#columns = columns;
    this.#hasVerdicts = columns.length > REQUEST_COLUMN_COUNT;
    this.#capacity = capacity;
    const { type, attachType, insnCnt } = commandFields(world.profile.vocabulary);
    const readers = (reads: (cmd: number) => boolean): number =>
      this.memory.put(Uint8Array.from({ length: TYPE_ROWS }, (_, cmd) => (reads(cmd) ? 255 : 0)));
    this.#readers = {
      mapType: readers((cmd) => type[cmd] === READS_MAP_TYPE),
      progType: readers((cmd) => type[cmd] === READS_PROG_TYPE),
      attachType: readers((cmd) => attachType[cmd] === 1),
      insnCnt: readers((cmd) => insnCnt[cmd] === 1),
    };
    const { words } = verdictWords();
    this.#outcomeTables = words.byOutcome.map((table) => this.memory.put(table));
    this.#dispositionTable = this.memory.put(words.byDisposition);
    this.#known = this.memory.put(
      Uint8Array.from({ length: OUTCOMES_OF_BYTE }, (_, outcome) => (Outcome[outcome] === undefined ? 0 : 255)),
    );
    const column = (bytes: number): number => this.memory.allocate(bytes * capacity);
    this.#in = {
      task: column(2),
      token: column(2),
      insnCnt: column(4),
      line: column(4),
      cmd: column(1),
      type: column(1),
      attachType: column(1),
      pre: column(1),
      verdicts: column(1),
      numbers: column(1),
    };
    this.#start = this.memory.end;
    for (const { bytes } of columns) {
      this.memory.allocate(bytes * capacity);
      this.memory.allocate(capacity / 8);
    }
  }

  /** Rows that were put and not taken. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows that can be put before those there are have to be taken. */
  get room(): number {
    return this.#capacity - this.#rows;
  }

  /** Takes rows of a chunk from `from` on, before `to`, for which there must be room. They come in the order of the table. */
  put({ columns, lines, firstRow }: RequestChunk, verdicts: Uint8Array | undefined, from: number, to: number): void {
    const at = this.#rows;
    if (at === 0) {
      this.#firstRow = firstRow + from;
      this.#hasLines = lines !== undefined;
    }
    const { buffer } = this.memory.memory;
    const rows = to - from;
    new Uint16Array(buffer, this.#in.task + 2 * at, rows).set(columns.task.subarray(from, to));
    new Uint16Array(buffer, this.#in.token + 2 * at, rows).set(columns.token.subarray(from, to));
    new Uint32Array(buffer, this.#in.insnCnt + 4 * at, rows).set(columns.insnCnt.subarray(from, to));
    if (lines) new Uint32Array(buffer, this.#in.line + 4 * at, rows).set(lines.subarray(from, to));
    for (const name of BYTE_COLUMNS) this.memory.bytes(this.#in[name] + at, rows).set(columns[name].subarray(from, to));
    if (verdicts) this.memory.bytes(this.#in.verdicts + at, rows).set(verdicts.subarray(from, to));
    this.#rows += rows;
  }

  /** The cells of the rows that were put, until more are put. */
  take(): EncodedRows {
    const rows = this.#rows;
    this.#rows = 0;
    let end = this.#start;
    const places = this.#columns.map(({ holds, bytes }): Place => {
      const valid = holds === 'int64' ? undefined : end;
      if (valid !== undefined) end += regionBytes(Math.ceil(rows / 8));
      const data = end;
      end += regionBytes(rows * bytes);
      return { bytes, data, valid: valid ?? 0, hasBits: valid !== undefined };
    });
    const empty = this.#encode(places, rows);
    const columns = places.map(({ bytes, data, valid, hasBits }, i): EncodedColumn => {
      this.#fillUp(data, rows * bytes);
      if (hasBits) this.#fillUp(valid, Math.ceil(rows / 8));
      return { bytes, data, valid: hasBits ? valid : undefined, empty: empty[i] as number };
    });
    return { rows, firstNumber: this.#firstRow + 1, columns, start: this.#start, end };
  }

  /** Writes all cells; answers how many are empty in each column. One writes past its end into the next, which comes later. */
  #encode(places: readonly Place[], rows: number): number[] {
    if (!this.#hasVerdicts) return this.#encodeRequests(places, rows);
    const [row, line, ...more] = places as [Place, Place, ...Place[]];
    const number = this.#firstRow + 1;
    this.#exports.writeRowNumbers(number % U32, Math.floor(number / U32), row.data, rows);
    return [
      0,
      this.#encodeLines(line, rows),
      ...this.#encodeRequests(more.slice(0, REQUEST_COLUMN_COUNT), rows),
      ...this.#encodeWords(more.slice(REQUEST_COLUMN_COUNT), rows),
    ];
  }

  #encodeLines({ data, valid }: Place, rows: number): number {
    this.memory.bytes(valid, Math.ceil(rows / 8)).fill(this.#hasLines ? 255 : 0);
    const cells = this.memory.bytes(data, 4 * rows);
    if (this.#hasLines) cells.set(this.memory.bytes(this.#in.line, 4 * rows));
    else cells.fill(0);
    if (this.#hasLines && rows % 8 > 0) this.memory.bytes(valid + (rows >> 3), 1)[0] = (1 << (rows % 8)) - 1;
    return this.#hasLines ? 0 : rows;
  }

  #encodeRequests(places: readonly Place[], rows: number): number[] {
    const { task, token, insnCnt, cmd, type, attachType, pre } = this.#in;
    const { mapType, progType, attachType: hasAttachType, insnCnt: hasInsnCnt } = this.#readers;
    const { writeIds, writeCounts } = this.#exports;
    const place = (column: number): Place => places[column] as Place;
    const ids = (from: number, hasEmpty: boolean, { bytes, data, valid }: Place): number =>
      writeIds(from, hasEmpty, bytes, data, valid, rows);
    const counts = place(INSN_CNT);
    return [
      ids(task, false, place(0)),
      ids(token, true, place(1)),
      this.#names(cmd, 0, false, place(2), rows),
      this.#names(type, mapType, false, place(3), rows),
      this.#names(type, progType, false, place(4), rows),
      this.#names(attachType, hasAttachType, true, place(5), rows),
      writeCounts(insnCnt, cmd, hasInsnCnt, counts.data, counts.valid, rows),
      this.#names(pre, 0, true, place(7), rows),
    ];
  }

  #encodeWords(places: readonly Place[], rows: number): number[] {
    const from = this.#in.verdicts;
    return places.map(({ data, valid }, column) => {
      const isDisposition = column === this.#outcomeTables.length;
      const table = isDisposition ? this.#dispositionTable : (this.#outcomeTables[column] as number);
      return this.#exports.writeWords(from, isDisposition, table, this.#known, data, valid, rows);
    });
  }

  /** Numbers of an enumeration, which take one byte; in a column that names are added to, they may have to be wider. */
  #names(from: number, readers: number, isZeroEmpty: boolean, { bytes, data, valid }: Place, rows: number): number {
    const { cmd, numbers } = this.#in;
    const to = bytes === 1 ? data : numbers;
    const empty = this.#exports.writeNames(from, cmd, readers, isZeroEmpty, to, valid, rows);
    if (bytes !== 1)
      nameNumbers(this.memory.bytes(data, bytes * rows), bytes as IndexBytes).set(this.memory.bytes(numbers, rows));
    return empty;
  }

  /** Makes the bytes between the end of a region's content and the next region 0, so that equal rows become equal bytes. */
  #fillUp(address: number, length: number): void {
    const rest = regionBytes(length) - length;
    if (rest > 0) this.memory.bytes(address + length, rest).fill(0);
  }
}

type ByteColumn = 'cmd' | 'type' | 'attachType' | 'pre';
const BYTE_COLUMNS: readonly ByteColumn[] = ['cmd', 'type', 'attachType', 'pre'];

/** Where the cells of a column go. */
interface Place {
  readonly bytes: OutputColumn['bytes'];
  readonly data: number;
  readonly valid: number;
  readonly hasBits: boolean;
}
