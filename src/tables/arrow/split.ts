import type { WorldNames } from '../../kernel/world.js';
import type { CellType } from '../columnar/cells.js';
import { loadCodecs } from '../columnar/compression.js';
import type { DecodeBuffer } from '../columnar/decode_buffer.js';
import {
  type Dictionaries,
  type DictionaryCodes,
  RowBatchReader,
  type TransientChunk,
} from '../columnar/row_batch_reader.js';
import { FileBytes } from '../file_source.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import { type EncodedBatch, openBatch } from './decompress_batch.js';

/** What any thread needs to read splits of a table: plain data. */
export interface ArrowTableData {
  readonly kind: 'arrow';
  /** What messages call the file. */
  readonly file: string;
  /** Its descriptor, which is open as long as the table is. */
  readonly fd: number;
  readonly columns: readonly (CellType | undefined)[];
  readonly dictionaries: Dictionaries;
  readonly codes: DictionaryCodes;
}

/** Some consecutive rows of a table, and where they lie: plain data. */
export interface ArrowSplit {
  readonly firstRow: number;
  readonly rows: number;
  /** Of the file, about. */
  readonly bytes: number;
  readonly slices: readonly ArrowSlice[];
}

/** Rows of one batch, from `from` to before `to`; `firstRow` rows of the table come before the batch. */
export interface ArrowSlice {
  readonly batch: EncodedBatch;
  readonly from: number;
  readonly to: number;
  readonly firstRow: number;
}

/** Reads splits of a table, in any thread. */
export class ArrowSplitReader {
  readonly #file: string;
  readonly #bytes: FileBytes;
  readonly #columns: readonly (CellType | undefined)[];
  readonly #slices: RowBatchReader;

  constructor({ file, fd, columns, dictionaries, codes }: ArrowTableData, world: WorldNames, problems: RowDiagnostics) {
    this.#file = file;
    this.#bytes = new FileBytes(fd);
    this.#columns = columns;
    this.#slices = new RowBatchReader(file, world, columns, problems);
    this.#slices.setDictionaries(dictionaries, codes);
  }

  /** Where the rows of the last chunk are. */
  get decodeBuffer(): DecodeBuffer {
    return this.#slices.decodeBuffer;
  }

  /** What read() of a split has to wait for: loading codecs, where it is compressed. */
  prepare({ slices }: ArrowSplit): Promise<void> | undefined {
    const codecs = slices.flatMap(({ batch }) => batch.codec ?? []);
    return codecs.length > 0 ? loadCodecs(codecs) : undefined;
  }

  /** The rows of a split, in chunks whose arrays the next one overwrites. Throws a RequestTableError or a system's error. */
  *read({ slices }: ArrowSplit): Generator<TransientChunk> {
    for (const { batch: encoded, from, to, firstRow } of slices) {
      const { source, batch } = openBatch(this.#file, this.#columns, this.#bytes, encoded);
      yield* this.#slices.read(source, batch, from, to, firstRow);
    }
  }
}
