import { DictionaryBuilder } from '../columnar/dictionary_builder.js';
import { type IndexBytes, nameNumbers, type OutputColumn } from '../columnar/output_columns.js';
import { type ChangeableCells, putTexts } from '../columnar/put_texts.js';
import { concatBytes } from '../concat_bytes.js';
import type { OutputPart, TableWriter } from '../output_table.js';
import { WRITTEN_COLUMNS } from '../text/request_text.js';
import type { ArrowPart, BodyRegion } from './arrow_part.js';
import { ArrowEncoder } from './encoder.js';

/** Puts record batches in order as a table in Arrow IPC: what they add to the dictionaries comes before their rows. */
export class ArrowTableWriter implements TableWriter {
  /** Schema and dictionaries. */
  readonly header: Uint8Array;
  readonly partRows: number;
  readonly #columns: readonly OutputColumn[];
  readonly #names: readonly (DictionaryBuilder | undefined)[];
  readonly #encoder: ArrowEncoder;
  /** Where the request's columns begin. */
  readonly #first: number;

  /** `columns` are those of outputColumns(). */
  constructor(columns: readonly OutputColumn[], isFile: boolean, partRows: number) {
    this.partRows = partRows;
    this.#columns = columns;
    this.#first = columns.findIndex(({ name }) => name === WRITTEN_COLUMNS[0]);
    this.#encoder = new ArrowEncoder(columns, isFile);
    this.#names = columns.map(({ names }) => names && new DictionaryBuilder(names));
    this.header = concatBytes([this.#encoder.start(), ...this.#newNames()]);
  }

  part({ rows, bytes, batch }: OutputPart): Uint8Array[] {
    if (!batch) throw new TypeError('a part of another format');
    const columns = batch.bad.size > 0 ? this.#putTexts(bytes, batch) : batch.columns;
    const added = this.#newNames();
    return [...added, this.#encoder.batch(rows, columns, bytes.length), bytes];
  }

  footer(): Uint8Array {
    return this.#encoder.end();
  }

  /** Puts the cells of rows with a problem into a body; answers its columns, whose empty cells are counted again. */
  #putTexts(body: Uint8Array, { columns, bad }: ArrowPart): ArrowPart['columns'] {
    const requests = columns.slice(this.#first, this.#first + WRITTEN_COLUMNS.length);
    const cells = requests.map(({ data, valid, empty }, i): ChangeableCells => {
      const { bytes } = this.#columns[this.#first + i] as OutputColumn;
      const numbers = nameNumbers(viewOf(body, data), bytes as IndexBytes);
      return { numbers, valid: viewOf(body, valid as BodyRegion), empty };
    });
    const names = this.#names.slice(this.#first);
    for (const [row, texts] of bad) putTexts(cells, row, texts, names);
    return columns.map((column, i) => ({ ...column, empty: cells[i - this.#first]?.empty ?? column.empty }));
  }

  #newNames(): Uint8Array[] {
    return this.#names.flatMap((names, column) => {
      const list = names?.take() ?? [];
      return list.length > 0 ? [this.#encoder.names(column, list)] : [];
    });
  }
}

function viewOf(body: Uint8Array, { offset, length }: BodyRegion): Uint8Array {
  return body.subarray(offset, offset + length);
}
