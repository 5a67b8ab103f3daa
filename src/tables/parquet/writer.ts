import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter as Encoder } from 'hyparquet-writer';
import { bitAt } from '../columnar/cells.js';
import type { DictionaryBuilder } from '../columnar/dictionary_builder.js';
import type { OutputCells, OutputColumn } from '../columnar/output_column.js';

/** Rows of a row group: each is held as a whole until it is written. */
const GROUP_ROWS = 1 << 17;

/** Writes a table as Parquet, a row group at a time. */
export class ParquetWriter {
  /** What comes first. */
  readonly header: Uint8Array;
  readonly #columns: readonly PendingColumn[];
  readonly #bytes = new ByteWriter();
  readonly #encoder: Encoder;
  #rows = 0;

  /** `names` are those of each column that holds names, which more may be added to. */
  constructor(columns: readonly OutputColumn[], names: readonly (DictionaryBuilder | undefined)[]) {
    this.#columns = columns.map((column, i) => new PendingColumn(column, names[i]));
    const root = { name: 'requests', num_children: columns.length };
    this.#encoder = new Encoder({
      writer: this.#bytes,
      schema: [root, ...columns.map(elementOf)],
      createdBy: 'bpf-token-sim',
    });
    this.header = this.#take();
  }

  /** Adds rows, the cells of every column. Answers the bytes of the row groups that are full. */
  append(rows: number, cells: readonly OutputCells[]): Uint8Array {
    for (let from = 0; from < rows; ) {
      const to = Math.min(rows, from + GROUP_ROWS - this.#rows);
      this.#columns.forEach((column, i) => {
        column.add(cells[i] as OutputCells, from, to);
      });
      this.#rows += to - from;
      from = to;
      if (this.#rows === GROUP_ROWS) this.#writeGroup();
    }
    return this.#take();
  }

  /** The bytes of all that is left, and the footer. */
  finish(): Uint8Array {
    if (this.#rows > 0) this.#writeGroup();
    this.#encoder.finish();
    return this.#take();
  }

  #writeGroup(): void {
    this.#encoder.write({ columnData: this.#columns.map((column) => column.take()), rowGroupSize: GROUP_ROWS });
    this.#rows = 0;
  }

  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

type Value = string | number | bigint | null;

/** The values of a column that were not written yet. */
class PendingColumn {
  readonly #column: OutputColumn;
  readonly #names: DictionaryBuilder | undefined;
  readonly #texts: string[] = [];
  #values: Value[] = [];

  constructor(column: OutputColumn, names: DictionaryBuilder | undefined) {
    this.#column = column;
    this.#names = names;
  }

  add({ data, valid, empty }: OutputCells, from: number, to: number): void {
    for (const name of this.#names?.take() ?? []) this.#texts.push(name);
    const values = this.#values;
    for (let row = from; row < to; row++) {
      const value = data[row] as number | bigint;
      if (empty > 0 && !bitAt(valid, row)) values.push(null);
      else values.push(this.#names ? (this.#texts[value as number] as string) : value);
    }
  }

  take(): { name: string; data: Value[]; encoding?: 'RLE_DICTIONARY' } {
    const data = this.#values;
    this.#values = [];
    return { name: this.#column.name, data, ...(this.#names ? { encoding: 'RLE_DICTIONARY' } : {}) };
  }
}

function elementOf({ name, holds }: OutputColumn): SchemaElement {
  const element = { name, repetition_type: 'OPTIONAL' } as const;
  if (holds === 'int64') return { ...element, type: 'INT64' };
  if (holds === 'uint32') return { ...element, type: 'INT32', converted_type: 'UINT_32' };
  return { ...element, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
}
