import { createColumns, type FullColumns } from '../../engine/columns.js';
import { EXPECT_NONE, type RequestChunk } from '../request_table.js';

/** Gathers rows until a chunk is full. The caller fills row `row` of `columns`, then calls next(). */
export class ChunkBuilder {
  readonly #chunkRows: number;
  readonly #finished: RequestChunk[] = [];
  /** Columns of the chunk being filled; rows not filled yet are at their defaults. */
  columns: FullColumns;
  /** The row being filled. */
  row = 0;
  #lines: Uint32Array;
  #expects: Int16Array | undefined;
  #bad = new Map<number, readonly string[]>();
  #firstRow = 0;

  constructor(chunkRows: number) {
    this.#chunkRows = chunkRows;
    this.columns = createColumns(chunkRows);
    this.#lines = new Uint32Array(chunkRows);
  }

  /** Sets what the row expects: EXPECT_ALLOWED or an errno. */
  expect(expect: number): void {
    this.#expects ??= new Int16Array(this.#chunkRows).fill(EXPECT_NONE);
    this.#expects[this.row] = expect;
  }

  /** Keeps the texts of a row with a problem. */
  keepTexts(texts: readonly string[]): void {
    this.#bad.set(this.row, texts);
  }

  /** Ends the row, which starts on a line of the file. */
  next(line: number): void {
    this.#lines[this.row] = line;
    this.row += 1;
    if (this.row === this.#chunkRows) this.#finish();
  }

  /** The chunks that are full, oldest first, each handed out once; after the last row, also the one that is not. */
  take(isEnd: boolean): RequestChunk[] {
    if (isEnd && this.row > 0) this.#finish();
    return this.#finished.splice(0);
  }

  #finish(): void {
    const rows = this.row;
    const { task, token, cmd, type, attachType, insnCnt, pre } = this.columns;
    this.#finished.push({
      columns: {
        task: task.subarray(0, rows),
        token: token.subarray(0, rows),
        cmd: cmd.subarray(0, rows),
        type: type.subarray(0, rows),
        attachType: attachType.subarray(0, rows),
        insnCnt: insnCnt.subarray(0, rows),
        pre: pre.subarray(0, rows),
      },
      rows,
      firstRow: this.#firstRow,
      lines: this.#lines.subarray(0, rows),
      ...(this.#expects === undefined ? {} : { expects: this.#expects.subarray(0, rows) }),
      bad: this.#bad,
    });
    this.#firstRow += rows;
    this.row = 0;
    this.columns = createColumns(this.#chunkRows);
    this.#lines = new Uint32Array(this.#chunkRows);
    this.#expects = undefined;
    this.#bad = new Map();
  }
}
