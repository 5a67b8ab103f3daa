import { PAST_ROWS } from '../../abi/memory_layout.js';
import * as T from '../../abi/text_layout.js';
import type { FullColumns } from '../../engine/columns.js';
import { createMemory, instantiate, type TextRowExports } from '../../engine/wasm.js';
import type { Fragments } from './byte_buffer.js';
import type { RequestText } from './request_text.js';

const PAGE = 65_536;
/** Bytes that are written at a time, where rows are not longer. */
const OUT_BYTES = 1 << 22;
const ZERO = 0x30;

/** What the rows of a table are made of besides their requests. */
export interface RowFragments {
  /** Before the number of the row, and before the line. */
  readonly starts: Fragments;
  /** After the line, and where there is none. */
  readonly heads: Fragments;
  /** The end of a row, by verdict byte. */
  readonly tails: Fragments;
  /** Most bytes that a row takes. */
  readonly longest: number;
}

/** Some rows, and their verdicts and lines. */
export interface TextRows {
  readonly columns: FullColumns;
  readonly verdicts: Uint8Array;
  readonly lines?: Uint32Array | undefined;
}

/** Memory where decided rows become text, by the Wasm module (assembly/text_rows.ts). */
export class TextBuffer {
  readonly #memory = createMemory(true);
  readonly #exports: TextRowExports = instantiate(this.#memory);
  readonly #layout: number;
  readonly #start: number;
  /** Most rows that are written at a time. */
  readonly #most: number;
  readonly #outBytes: number;
  #out = 0;
  #capacity = 0;
  #end = PAGE;

  constructor({ fields, fragments }: RequestText, { starts, heads, tails, longest }: RowFragments) {
    this.#layout = this.#allocate(T.TEXT_LAYOUT_SIZE);
    this.#outBytes = Math.max(OUT_BYTES, longest);
    this.#most = Math.floor(this.#outBytes / longest);
    this.#put(T.TEXT_TASK_COUNT, fragments.tasks.length);
    this.#put(T.TEXT_TOKEN_COUNT, fragments.tokens.length - 1);
    this.#put(T.TEXT_STARTS, this.#table(starts));
    this.#put(T.TEXT_HEADS, this.#table(heads));
    this.#put(T.TEXT_TASKS, this.#table(fragments.tasks));
    this.#put(T.TEXT_TOKENS, this.#table(fragments.tokens));
    this.#put(T.TEXT_COMMANDS, this.#table(fragments.commands));
    this.#put(T.TEXT_ATTACH_TYPES, this.#table(fragments.attachTypes));
    this.#put(T.TEXT_INSN_CNTS, this.#table(fragments.insnCnts));
    this.#put(T.TEXT_PRES, this.#table(fragments.pres));
    this.#put(T.TEXT_TAILS, this.#table(tails));
    this.#bytes(this.#layout + T.TEXT_ATTACH_TYPE_READERS, fields.attachType.length).set(fields.attachType);
    this.#bytes(this.#layout + T.TEXT_INSN_CNT_READERS, fields.insnCnt.length).set(fields.insnCnt);
    this.#start = this.#end;
  }

  /** Takes rows to be written. */
  load({ columns, verdicts, lines }: TextRows): void {
    const rows = verdicts.length;
    this.#reserve(rows);
    const put = (at: number, column: Uint8Array | Uint16Array | Uint32Array): void => {
      this.#bytes(this.#address(at), column.byteLength).set(
        new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
      );
    };
    put(T.TEXT_TASK, columns.task);
    put(T.TEXT_TOKEN, columns.token);
    put(T.TEXT_CMD, columns.cmd);
    put(T.TEXT_TYPE, columns.type);
    put(T.TEXT_ATTACH_TYPE, columns.attachType);
    put(T.TEXT_INSN_CNT, columns.insnCnt);
    put(T.TEXT_PRE, columns.pre);
    put(T.TEXT_VERDICTS, verdicts);
    this.#put(T.TEXT_LINES, lines ? this.#lines : 0);
    if (lines)
      this.#bytes(this.#lines, lines.byteLength).set(new Uint8Array(lines.buffer, lines.byteOffset, lines.byteLength));
  }

  /**
   * The text of loaded rows from `row` on, before `until`, and of how many rows; `number` is that of the first. Ends early before a row
   * of a task or token that the world does not have, and where the buffer is full. The text is a view that the next call overwrites.
   */
  write(row: number, until: number, number: number): { readonly rows: number; readonly text: Uint8Array } {
    const digits = String(number);
    const first = this.#layout + T.TEXT_DIGITS;
    const place = this.#bytes(first, T.TEXT_MOST_DIGITS).fill(ZERO);
    for (let i = 0; i < digits.length; i++) place[T.TEXT_MOST_DIGITS - digits.length + i] = digits.charCodeAt(i);
    this.#put(T.TEXT_OUT, this.#out);
    const last = Math.min(until, row + this.#most);
    const end = this.#exports.writeTextRows(this.#layout, row, last, digits.length);
    return { rows: end - row, text: this.#bytes(this.#out, this.#address(T.TEXT_OUT) - this.#out) };
  }

  #lines = 0;

  /** Makes room for the columns of this many rows. */
  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = rows;
    this.#end = this.#start;
    for (const [at, bytes] of COLUMN_BYTES) this.#put(at, this.#allocate(bytes * rows));
    this.#lines = this.#allocate(4 * rows);
    this.#out = this.#allocate(this.#outBytes);
  }

  #table(fragments: Fragments): number {
    const { starts, bytes } = fragments.layOut();
    const address = this.#allocate(starts.byteLength + bytes.length);
    new Uint32Array(this.#memory.buffer, address, starts.length).set(starts.map((start) => start + starts.byteLength));
    this.#bytes(address + starts.byteLength, bytes.length).set(bytes);
    return address;
  }

  #address(at: number): number {
    return new Uint32Array(this.#memory.buffer, this.#layout + at, 1)[0] as number;
  }

  #put(at: number, value: number): void {
    new Uint32Array(this.#memory.buffer, this.#layout + at, 1)[0] = value;
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

/** Bytes of a cell of each column. */
const COLUMN_BYTES: readonly (readonly [at: number, bytes: number])[] = [
  [T.TEXT_TASK, 2],
  [T.TEXT_TOKEN, 2],
  [T.TEXT_CMD, 1],
  [T.TEXT_TYPE, 1],
  [T.TEXT_ATTACH_TYPE, 1],
  [T.TEXT_INSN_CNT, 4],
  [T.TEXT_PRE, 1],
  [T.TEXT_VERDICTS, 1],
];
