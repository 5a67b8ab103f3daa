import { NO_PROGRAM } from '../../abi/memory_layout.js';
import { createColumns, createProgramColumn, type FullColumns } from '../../engine/columns.js';
import { NO_TOKEN } from '../../kernel/world.js';
import { EXPECT_NONE, type RequestChunk } from '../request_table.js';
import { type CopyRoom, copyColumn, NEW_ROOM } from './copy_room.js';

/** Where the rows of a chunk are gathered. */
export interface ChunkStorage {
  readonly columns: FullColumns;
  readonly program: Uint16Array;
  readonly lines: Uint32Array;
  readonly expects: Int16Array;
}

/** Storage of this many rows. Throws an InvalidArgumentError for an impossible number. */
export function createStorage(rows: number): ChunkStorage {
  return {
    columns: createColumns(rows),
    program: createProgramColumn(rows),
    lines: new Uint32Array(rows),
    expects: new Int16Array(rows).fill(EXPECT_NONE),
  };
}

/** Puts the first rows back to their defaults: task 0, no token, command 0, one instruction, no expectation. */
export function resetStorage({ columns, program, expects }: ChunkStorage, rows: number): void {
  const { task, token, cmd, type, attachType, insnCnt, pre } = columns;
  token.fill(NO_TOKEN, 0, rows);
  insnCnt.fill(1, 0, rows);
  for (const column of [task, cmd, type, attachType, pre]) column.fill(0, 0, rows);
  program.fill(NO_PROGRAM, 0, rows);
  expects.fill(EXPECT_NONE, 0, rows);
}

/** Gathers rows until a chunk is full. The caller fills row `row` of `columns`, then calls next(). */
export class ChunkBuilder {
  readonly #storage: ChunkStorage;
  readonly #room: CopyRoom;
  readonly #finished: RequestChunk[] = [];
  /** The row being filled. */
  row = 0;
  /** Whether a row of the chunk expects anything. */
  hasExpects = false;
  #hasPrograms = false;
  #bad = new Map<number, readonly string[]>();
  #firstRow = 0;

  /** In storage whose rows are at their defaults, and which are again after each chunk; chunks are copied to `room`. */
  constructor(storage: ChunkStorage, room: CopyRoom = NEW_ROOM) {
    this.#storage = storage;
    this.#room = room;
  }

  /** Columns of the chunk being filled; rows not filled yet are at their defaults. */
  get columns(): FullColumns {
    return this.#storage.columns;
  }

  /** Sets what the row expects: EXPECT_ALLOWED or an errno. */
  expect(expect: number): void {
    this.#storage.expects[this.row] = expect;
    this.hasExpects = true;
  }

  /** Sets the program of the row: the index of one of the world. */
  program(program: number): void {
    this.#storage.program[this.row] = program;
    this.#hasPrograms = true;
  }

  /** Keeps the texts of a row with a problem. */
  keepTexts(texts: readonly string[]): void {
    this.#bad.set(this.row, texts);
  }

  /** Ends the row, which starts on a line of the file. */
  next(line: number): void {
    this.#storage.lines[this.row] = line;
    this.row += 1;
    this.finishFull();
  }

  /** Ends the chunk where it is full. */
  finishFull(): void {
    if (this.row === this.#storage.lines.length) this.#finish();
  }

  /** The chunks that are full, oldest first, each handed out once; after the last row, also the one that is not. */
  take(isEnd: boolean): RequestChunk[] {
    if (isEnd && this.row > 0) this.#finish();
    return this.#finished.splice(0);
  }

  #finish(): void {
    const rows = this.row;
    const { columns, program, lines, expects } = this.#storage;
    const copy = <Column extends Uint8Array | Uint16Array | Uint32Array | Int16Array>(column: Column): Column =>
      copyColumn(column.subarray(0, rows) as Column, this.#room);
    this.#finished.push({
      columns: {
        task: copy(columns.task),
        token: copy(columns.token),
        cmd: copy(columns.cmd),
        type: copy(columns.type),
        attachType: copy(columns.attachType),
        insnCnt: copy(columns.insnCnt),
        pre: copy(columns.pre),
        ...(this.#hasPrograms ? { program: copy(program) } : {}),
      },
      rows,
      firstRow: this.#firstRow,
      lines: copy(lines),
      ...(this.hasExpects ? { expects: copy(expects) } : {}),
      bad: this.#bad,
    });
    resetStorage(this.#storage, rows);
    this.#firstRow += rows;
    this.row = 0;
    this.hasExpects = false;
    this.#hasPrograms = false;
    this.#bad = new Map();
  }
}
