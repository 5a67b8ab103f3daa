import * as T from '../../abi/text_layout.js';
import type { FullColumns } from '../../engine/columns.js';
import { instantiate, type TextRowExports } from '../../engine/wasm.js';
import { CHUNK_ROWS } from '../request_table.js';
import { RowMemory } from '../row_memory.js';
import type { Fragments } from './byte_buffer.js';
import type { RowFragments } from './row_fragments.js';

/** Rows that are loaded at a time. */
export const TEXT_BUFFER_ROWS = CHUNK_ROWS;
/** Bytes that the room for text grows by. */
const GROWTH = 1 << 22;
const ZERO = 0x30;

/** Some rows, and their verdicts and lines where they have any. */
export interface TextRows {
  readonly columns: FullColumns;
  readonly verdicts?: Uint8Array | undefined;
  readonly lines?: Uint32Array | undefined;
}

/** Memory where rows become text, by the Wasm module (assembly/text_rows.ts): one text, which grows until it is taken. */
export class TextBuffer {
  readonly #rows: RowMemory;
  readonly #exports: TextRowExports;
  readonly #layout: number;
  readonly #lines: number;
  readonly #longest: number;
  /** Where the text begins, and where it ends. */
  readonly #start: number;
  #end: number;

  /** Over a memory that has nothing else, of whatever thread it was before. */
  constructor(memory: WebAssembly.Memory, { text, starts, heads, tails, longest, hasVerdicts }: RowFragments) {
    const { fields, fragments } = text;
    this.#rows = new RowMemory(memory);
    this.#exports = instantiate(memory);
    this.#longest = longest;
    this.#layout = this.#rows.allocate(T.TEXT_LAYOUT_SIZE);
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
    this.#put(T.TEXT_NUMBERS, hasVerdicts ? 1 : 0);
    this.#rows.bytes(this.#layout + T.TEXT_ATTACH_TYPE_READERS, fields.attachType.length).set(fields.attachType);
    this.#rows.bytes(this.#layout + T.TEXT_INSN_CNT_READERS, fields.insnCnt.length).set(fields.insnCnt);
    for (const [at, bytes] of COLUMN_BYTES) this.#put(at, this.#rows.allocate(bytes * TEXT_BUFFER_ROWS));
    this.#lines = this.#rows.allocate(4 * TEXT_BUFFER_ROWS);
    this.#start = this.#rows.end;
    this.#end = this.#start;
  }

  /** Takes up to TEXT_BUFFER_ROWS rows to be written; without verdicts, each has that of the tail 0. */
  load({ columns, verdicts, lines }: TextRows): void {
    const put = (at: number, column: Uint8Array | Uint16Array | Uint32Array): void =>
      this.#fill(this.#address(at), column);
    put(T.TEXT_TASK, columns.task);
    put(T.TEXT_TOKEN, columns.token);
    put(T.TEXT_CMD, columns.cmd);
    put(T.TEXT_TYPE, columns.type);
    put(T.TEXT_ATTACH_TYPE, columns.attachType);
    put(T.TEXT_INSN_CNT, columns.insnCnt);
    put(T.TEXT_PRE, columns.pre);
    if (verdicts) put(T.TEXT_VERDICTS, verdicts);
    else this.#rows.bytes(this.#address(T.TEXT_VERDICTS), columns.task.length).fill(0);
    this.#put(T.TEXT_LINES, lines ? this.#lines : 0);
    if (lines) this.#fill(this.#lines, lines);
  }

  /**
   * Writes loaded rows from `row` on, before `until`; `number` is that of the first. Ends early before a row of a task or token that
   * the world does not have. Answers how many were written.
   */
  write(row: number, until: number, number: number): number {
    let next = row;
    for (;;) {
      const before = next;
      this.#reserve(this.#longest);
      next = this.#writeSome(next, until, number + next - row);
      // Rows are not written past the end of the memory: with more of it they go on.
      if (next === until || next === before) return next - row;
    }
  }

  /** Writes any bytes. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#rows.bytes(this.#end, bytes.length).set(bytes);
    this.#end += bytes.length;
  }

  /** All that was written since the last call: a view, which is overwritten from now on. */
  take(): Uint8Array {
    const text = this.#rows.bytes(this.#start, this.#end - this.#start);
    this.#end = this.#start;
    return text;
  }

  #writeSome(row: number, until: number, number: number): number {
    const digits = String(number);
    const place = this.#rows.bytes(this.#layout + T.TEXT_DIGITS, T.TEXT_MOST_DIGITS).fill(ZERO);
    for (let i = 0; i < digits.length; i++) place[T.TEXT_MOST_DIGITS - digits.length + i] = digits.charCodeAt(i);
    this.#put(T.TEXT_OUT, this.#end);
    // Up to fifteen bytes are written past a row.
    this.#put(T.TEXT_LIMIT, this.#rows.memory.buffer.byteLength - this.#longest - T.TEXT_PAST_ROW);
    const next = this.#exports.writeTextRows(this.#layout, row, until, digits.length);
    this.#end = this.#address(T.TEXT_OUT);
    return next;
  }

  /** Makes room for some more bytes. */
  #reserve(bytes: number): void {
    const end = this.#end + bytes + T.TEXT_PAST_ROW;
    if (end > this.#rows.memory.buffer.byteLength) this.#rows.reserve(end + GROWTH);
  }

  #table(fragments: Fragments): number {
    const { starts, bytes } = fragments.layOut();
    const address = this.#rows.allocate(starts.byteLength + bytes.length);
    new Uint32Array(this.#rows.memory.buffer, address, starts.length).set(
      starts.map((start) => start + starts.byteLength),
    );
    this.#rows.bytes(address + starts.byteLength, bytes.length).set(bytes);
    return address;
  }

  #fill(address: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.#rows.bytes(address, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #address(at: number): number {
    return new Uint32Array(this.#rows.memory.buffer, this.#layout + at, 1)[0] as number;
  }

  #put(at: number, value: number): void {
    new Uint32Array(this.#rows.memory.buffer, this.#layout + at, 1)[0] = value;
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
