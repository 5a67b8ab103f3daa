import { Fault } from '../../abi/verdict.js';
import { NO_TOKEN } from '../../kernel/world.js';
import { READS_MAP_TYPE, READS_NO_TYPE } from '../../request/command_fields.js';
import { REQUEST_COLUMNS } from '../request_table.js';
import {
  ATTACH_TYPE,
  type CellNames,
  CMD,
  EXPECT,
  INSN_CNT,
  MAP_TYPE,
  PRE,
  PROG_TYPE,
  TASK,
  TOKEN,
} from '../rows/cell_resolvers.js';
import type { ChunkBuilder } from '../rows/chunk_builder.js';
import { EMPTY, type NameCache, OUT_OF_RANGE } from '../rows/name_cache.js';
import { type Bytes, MISSING } from './byte_map.js';

const ZERO = 0x30;
const MAX_U32 = 0xffff_ffff;
/** Digits that no 32-bit number exceeds. */
const MAX_COUNT_DIGITS = 10;

/** Where the cells of one row lie in bytes, by column of REQUEST_COLUMNS. One more takes what is of no interest. */
export class CellSpans {
  readonly starts = new Int32Array(REQUEST_COLUMNS.length + 1);
  readonly ends = new Int32Array(REQUEST_COLUMNS.length + 1);
  /** Number of fields on a CSV line, including those of columns that are not read. */
  fields = 0;

  /** Empties all cells. */
  clear(): void {
    // Faster than fill() for so few.
    for (let place = 0; place < this.starts.length; place++) {
      this.starts[place] = 0;
      this.ends[place] = 0;
    }
  }
}

/** The place in CellSpans of what is of no interest. */
export const DISCARD = REQUEST_COLUMNS.length;

/**
 * The short way from cells to columns, for rows with nothing wrong: it makes the row that RowBuilder.add() makes of the
 * same cells, or leaves it to that.
 */
export class ByteRows {
  readonly places = new CellSpans();
  readonly #names: CellNames;
  readonly #chunks: ChunkBuilder;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(names: CellNames, chunks: ChunkBuilder) {
    this.#names = names;
    this.#chunks = chunks;
  }

  /** Adds the row whose cells lie at `places`. Answers false, and has done nothing, where a value is not as it should be. */
  add(bytes: Bytes, line: number): boolean {
    const { fields } = this.#names;
    const task = this.#idOf(TASK, bytes);
    const token = this.#idOf(TOKEN, bytes);
    const cmd = this.#idOf(CMD, bytes);
    const pre = this.#idOf(PRE, bytes);
    const expect = this.#idOf(EXPECT, bytes);
    if (task < 0 || token < EMPTY || cmd < 0 || pre < EMPTY || pre === Fault.BAD_ROW || expect < EMPTY) return false;
    let type = EMPTY;
    let attachType = EMPTY;
    let insnCnt = EMPTY;
    const reads = fields.type[cmd] as number;
    if (reads !== READS_NO_TYPE) {
      type = this.#idOf(reads === READS_MAP_TYPE ? MAP_TYPE : PROG_TYPE, bytes);
      if (type < (fields.typeRequired[cmd] === 1 ? 0 : EMPTY)) return false;
      if (fields.attachType[cmd] === 1) attachType = this.#idOf(ATTACH_TYPE, bytes);
      if (fields.insnCnt[cmd] === 1) insnCnt = this.#count(bytes.bytes);
      if (attachType < EMPTY || insnCnt < EMPTY) return false;
    }
    const { columns, row } = this.#chunks;
    columns.task[row] = task;
    columns.token[row] = token === EMPTY ? NO_TOKEN : token;
    columns.cmd[row] = cmd;
    if (type > 0) columns.type[row] = type;
    if (attachType > 0) columns.attachType[row] = attachType;
    if (insnCnt >= 0) columns.insnCnt[row] = insnCnt;
    if (pre > 0) columns.pre[row] = pre;
    if (expect >= 0) this.#chunks.expect(expect);
    this.#chunks.next(line);
    return true;
  }

  /** What the cell of a column stands for, EMPTY, or another number below 0 for what is wrong with it. */
  #idOf(column: number, bytes: Bytes): number {
    const start = this.places.starts[column] as number;
    const end = this.places.ends[column] as number;
    if (start === end) return EMPTY;
    const met = this.#names.met[column] as CellNames['met'][number];
    const known = met.find(bytes.words, start, end);
    if (known !== MISSING) return known;
    const id = (this.#names.spellings[column] as NameCache).idOf(
      this.#decoder.decode(bytes.bytes.subarray(start, end)),
    );
    if (id >= EMPTY) met.add(bytes, start, end, id);
    return id;
  }

  /** A count of instructions in plain digits, EMPTY, or OUT_OF_RANGE for whatever else stands there. */
  #count(bytes: Uint8Array): number {
    const start = this.places.starts[INSN_CNT] as number;
    const end = this.places.ends[INSN_CNT] as number;
    if (start === end) return EMPTY;
    if (end - start > MAX_COUNT_DIGITS) return OUT_OF_RANGE;
    let count = 0;
    for (let at = start; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) return OUT_OF_RANGE;
      count = count * 10 + digit;
    }
    return count <= MAX_U32 ? count : OUT_OF_RANGE;
  }
}
