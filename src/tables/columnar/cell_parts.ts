import type { RequestChunk } from '../request_table.js';
import type { EncodeBuffer, EncodedRows } from './encode_buffer.js';

/** The texts of rows with a problem, as the file has them: by row of a part, in the order of WRITTEN_COLUMNS. */
export type BadCells = ReadonlyMap<number, readonly string[]>;

/** Gathers rows in an encode buffer and makes parts of them. */
export class CellParts<Part extends { readonly bytes: Uint8Array }> {
  readonly #buffer: EncodeBuffer;
  readonly #finish: (rows: EncodedRows, bad: BadCells) => Part;
  #done: Part[] = [];
  #bad = new Map<number, readonly string[]>();

  /** `finish` makes a part of the rows in the buffer; its bytes may be a view of memory that the next part overwrites. */
  constructor(buffer: EncodeBuffer, finish: (rows: EncodedRows, bad: BadCells) => Part) {
    this.#buffer = buffer;
    this.#finish = finish;
  }

  /** Takes a chunk, and its verdicts where the table has them. */
  add(chunk: RequestChunk, verdicts: Uint8Array | undefined): void {
    for (let from = 0; from < chunk.rows; ) {
      if (this.#buffer.room === 0) this.#keep();
      const to = Math.min(chunk.rows, from + this.#buffer.room);
      const before = this.#buffer.rows - from;
      this.#buffer.put(chunk, verdicts, from, to);
      for (const [row, texts] of chunk.bad) if (row >= from && row < to) this.#bad.set(row + before, texts);
      from = to;
    }
  }

  /** The parts of all that was added since the last call. */
  take(): Part[] {
    const done = this.#done;
    this.#done = [];
    if (this.#buffer.rows > 0) done.push(this.#part());
    return done;
  }

  /** Rows that do not fit: their part is kept outside of the memory. */
  #keep(): void {
    const part = this.#part();
    this.#done.push({ ...part, bytes: part.bytes.slice() });
  }

  #part(): Part {
    const bad = this.#bad;
    this.#bad = new Map();
    return this.#finish(this.#buffer.take(), bad);
  }
}
