import type { World } from '../kernel/world.js';
import { ArrowFile, type EncodedBatch, openBatch } from '../requests/arrow/index.js';
import type { CellType } from '../requests/columnar/cells.js';
import type { Desk } from '../requests/columnar/desk.js';
import { type Dictionaries, type FleetingChunk, SliceReader } from '../requests/columnar/slices.js';
import type { Problems } from '../requests/problems.js';
import { FileBytes } from './file_bytes.js';

/** Rows of a part: some ten milliseconds of work, so that what its counts cost to pass on does not matter. */
const PART_ROWS = 1 << 19;

/** What any thread needs to read parts of a table: plain data. */
export interface ArrowTableData {
  /** What messages call the file. */
  readonly file: string;
  /** Its descriptor, which is open as long as the table is. */
  readonly fd: number;
  readonly columns: readonly (CellType | undefined)[];
  readonly dictionaries: Dictionaries;
}

/** Some consecutive rows of a table, and where they lie: plain data. */
export interface ArrowPart {
  readonly firstRow: number;
  readonly rows: number;
  /** Of the file, about. */
  readonly bytes: number;
  readonly slices: readonly ArrowSlice[];
}

/** Rows of one batch, from `from` to before `to`; `firstRow` rows of the table come before the batch. */
interface ArrowSlice {
  readonly batch: EncodedBatch;
  readonly from: number;
  readonly to: number;
  readonly firstRow: number;
}

/** A table in an Arrow file, which can be read in parts. */
export class ArrowTable {
  readonly data: ArrowTableData;
  readonly #bytes: FileBytes;
  readonly #arrow: ArrowFile;

  /** Over an open file. Throws as ArrowFile does. */
  constructor(file: string, bytes: FileBytes, problems: Problems) {
    this.#bytes = bytes;
    this.#arrow = new ArrowFile(file, bytes, bytes.size, problems);
    const { columns, dictionaries } = this.#arrow;
    this.data = { file, fd: bytes.fd, columns, dictionaries };
  }

  /** All rows, in parts of about PART_ROWS; a batch that is compressed is not cut. */
  *parts(): Generator<ArrowPart> {
    let slices: ArrowSlice[] = [];
    let rows = 0;
    const cut = (): ArrowPart => {
      const [{ firstRow, from }] = slices as [ArrowSlice];
      const bytes = slices.reduce((sum, { batch, ...slice }) => sum + bytesOf(batch, slice.to - slice.from), 0);
      const part = { firstRow: firstRow + from, rows, bytes, slices };
      slices = [];
      rows = 0;
      return part;
    };
    for (const { batch, firstRow } of this.#arrow.batches()) {
      for (let from = 0; from < batch.rows; ) {
        const to = batch.codec ? batch.rows : Math.min(batch.rows, from + PART_ROWS - rows);
        slices.push({ batch, from, to, firstRow });
        rows += to - from;
        from = to;
        if (rows >= PART_ROWS) yield cut();
      }
    }
    if (rows > 0) yield cut();
  }

  close(): void {
    this.#bytes.close();
  }
}

/** Reads parts of a table, in any thread. */
export class ArrowPartReader {
  readonly #file: string;
  readonly #bytes: FileBytes;
  readonly #columns: readonly (CellType | undefined)[];
  readonly #slices: SliceReader;

  constructor({ file, fd, columns, dictionaries }: ArrowTableData, world: World, problems: Problems) {
    this.#file = file;
    this.#bytes = new FileBytes(fd);
    this.#columns = columns;
    this.#slices = new SliceReader(file, world, columns, problems);
    this.#slices.setDictionaries(dictionaries);
  }

  /** What the rows of the last chunk lie on. */
  get desk(): Desk {
    return this.#slices.desk;
  }

  /** The rows of a part, in chunks whose arrays the next one overwrites. Throws a RequestTableError or a system's error. */
  *read({ slices }: ArrowPart): Generator<FleetingChunk> {
    for (const { batch: encoded, from, to, firstRow } of slices) {
      const { source, batch } = openBatch(this.#file, this.#columns, this.#bytes, encoded);
      yield* this.#slices.read(source, batch, from, to, firstRow);
    }
  }
}

/** Bytes that some rows of a batch take, about. */
function bytesOf({ columns, rows }: EncodedBatch, some: number): number {
  const all = columns.reduce(
    (sum, column) =>
      sum + (column ? column.data.length + (column.offsets?.length ?? 0) + (column.valid?.length ?? 0) : 0),
    0,
  );
  return (all * some) / rows;
}
