import { READ_FULL } from '../../abi/read_layout.js';
import type { RequestFormat } from '../request_table.js';
import type { ChunkBuilder } from '../rows/chunk_builder.js';
import type { LineSpan, ReadLines, RowReader } from './row_reader.js';

/** Reads plain rows of lines into chunks, as many as there are. */
export class PlainRows {
  readonly reader: RowReader;
  readonly #chunks: ChunkBuilder;

  /** `chunks` gathers rows in the reader's storage. */
  constructor(reader: RowReader, chunks: ChunkBuilder) {
    this.reader = reader;
    this.#chunks = chunks;
  }

  /** Reads the lines of a span up to one that is no plain row, as RowReader.read(). */
  read(format: RequestFormat, span: LineSpan, keyColumn?: (key: string) => number | undefined): ReadLines {
    for (let { at, number } = span; ; ) {
      const read = this.reader.read(format, { ...span, at, number }, this.#chunks.row, keyColumn);
      this.#chunks.row = read.row;
      if (read.hasExpects) this.#chunks.hasExpects = true;
      this.#chunks.finishFull();
      if (read.why !== READ_FULL) return read;
      ({ at, number } = read);
    }
  }
}
