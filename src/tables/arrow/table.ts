import type { WorldNames } from '../../kernel/world.js';
import { type AddedNames, addedNamesOf } from '../columnar/added_names.js';
import { dictionaryCodes } from '../columnar/row_batch_reader.js';
import type { TableFile } from '../file_source.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import type { Accepted, SplitEnd, SplitSizes } from '../split.js';
import type { EncodedBatch } from './decompress_batch.js';
import type { ArrowFile } from './file_reader.js';
import type { ArrowSlice, ArrowSplit, ArrowTableData } from './split.js';

/** Rows of a split: some fifteen milliseconds of work, so that what its counts cost to pass on matters little. */
const SPLIT_ROWS = 1 << 20;
/** From this size in bytes on, splits are twice as large: there are many, and the last one does not keep others waiting for long. */
const LARGE_FILE = 1 << 29;

/** A table in an Arrow file, which can be read in splits. */
export class ArrowTable {
  readonly data: ArrowTableData;
  readonly addedNames: AddedNames;
  readonly #bytes: TableFile;
  readonly #problems: RowDiagnostics;
  #bytesRead = 0;
  readonly #arrow: ArrowFile;

  /** Over an open file, of requests of a world; the codecs of its dictionaries are loaded. Throws as ArrowFile does. */
  constructor(file: string, bytes: TableFile, arrow: ArrowFile, world: WorldNames, problems: RowDiagnostics) {
    this.#bytes = bytes;
    this.#problems = problems;
    this.#arrow = arrow;
    const { columns, dictionaries } = arrow;
    const codes = dictionaryCodes(world, columns, dictionaries);
    this.addedNames = addedNamesOf(world, columns, dictionaries);
    this.data = { kind: 'arrow', file, fd: bytes.fd, columns, dictionaries, codes };
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  accept({ bytes }: ArrowSplit, { problems }: SplitEnd): Accepted {
    this.#bytesRead += bytes;
    this.#problems.merge(problems);
    return { kind: 'taken', rowsBefore: 0, linesBefore: 0 };
  }

  get #splitRows(): number {
    return this.#bytes.size < LARGE_FILE ? SPLIT_ROWS : 2 * SPLIT_ROWS;
  }

  /** All rows; a batch that is compressed is not cut. */
  *splits({ rows: splitRows = this.#splitRows }: Partial<SplitSizes> = {}): Generator<ArrowSplit> {
    let slices: ArrowSlice[] = [];
    let rows = 0;
    const cut = (): ArrowSplit => {
      const [{ firstRow, from }] = slices as [ArrowSlice];
      const bytes = slices.reduce((sum, { batch, ...slice }) => sum + bytesOf(batch, slice.to - slice.from), 0);
      const split = { firstRow: firstRow + from, rows, bytes, slices };
      slices = [];
      rows = 0;
      return split;
    };
    for (const { batch, firstRow } of this.#arrow.batches()) {
      for (let from = 0; from < batch.rows; ) {
        const to = batch.codec ? batch.rows : Math.min(batch.rows, from + splitRows - rows);
        slices.push({ batch, from, to, firstRow });
        rows += to - from;
        from = to;
        if (rows >= splitRows) yield cut();
      }
    }
    if (rows > 0) yield cut();
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
