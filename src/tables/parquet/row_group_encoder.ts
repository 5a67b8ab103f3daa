import { instantiate, type PageValueExports } from '../../engine/wasm.js';
import type { WorldNames } from '../../kernel/world.js';
import { type BadCells, CellParts } from '../columnar/cell_parts.js';
import { DictionaryBuilder } from '../columnar/dictionary_builder.js';
import { EncodeBuffer, type EncodedColumn, type EncodedRows } from '../columnar/encode_buffer.js';
import { type IndexBytes, nameNumbers, type OutputColumn } from '../columnar/output_columns.js';
import { type ChangeableCells, putTexts } from '../columnar/put_texts.js';
import type { Compression, OutputPart, PartEncoder } from '../output_table.js';
import type { RequestChunk } from '../request_table.js';
import { WRITTEN_COLUMNS } from '../text/request_text.js';
import { ColumnNames } from './column_names.js';
import { compressorOf } from './compressor.js';
import { constantSteps } from './constant_steps.js';
import { dataPage, dictionaryPage, levelsOf, type WrittenPage } from './page_writer.js';
import type { ParquetChunk, ParquetEncoding } from './row_group.js';

/** Opens what makes encoders of row groups, each over a memory of its own. Throws as compressorOf() does. */
export function openRowGroupEncoders(
  world: WorldNames,
  columns: readonly OutputColumn[],
  compression: Compression,
  capacity: number,
): (memory: WebAssembly.Memory) => PartEncoder {
  const compress = compressorOf(compression);
  const names = columns.map((column) => column.names && new ColumnNames(column.names));
  return (memory) =>
    new RowGroupEncoder(new EncodeBuffer(memory, world, columns, capacity), { columns, names, compress, capacity });
}

interface RowGroupOptions {
  readonly columns: readonly OutputColumn[];
  /** Of columns that hold names. */
  readonly names: readonly (ColumnNames | undefined)[];
  readonly compress: (bytes: Uint8Array) => Uint8Array;
  readonly capacity: number;
}

/** Makes row groups of Parquet, in any thread: dictionaries have the names that are used, and numbers of names go straight to pages. */
class RowGroupEncoder implements PartEncoder {
  readonly #options: RowGroupOptions;
  readonly #buffer: EncodeBuffer;
  readonly #exports: PageValueExports;
  readonly #parts: CellParts<OutputPart>;
  /** Values of a column that are not empty, four bytes each; and where values of pages and whole groups are written. */
  readonly #values: number;
  readonly #page: number;
  /** Where the bytes of the row group begin, and how many there are. */
  readonly #group: number;
  #length = 0;

  constructor(buffer: EncodeBuffer, options: RowGroupOptions) {
    const { memory } = buffer;
    this.#options = options;
    this.#buffer = buffer;
    this.#exports = instantiate(memory.memory);
    this.#parts = new CellParts(buffer, (rows, bad) => this.#part(rows, bad));
    this.#values = memory.allocate(4 * options.capacity);
    // Groups of eight have a byte each more than their values at most.
    this.#page = memory.allocate(5 * options.capacity);
    this.#group = memory.end;
  }

  add(chunk: RequestChunk, verdicts?: Uint8Array): void {
    this.#parts.add(chunk, verdicts);
  }

  take(): OutputPart[] {
    return this.#parts.take();
  }

  #part(rows: EncodedRows, bad: BadCells): OutputPart {
    this.#length = 0;
    const { columns, names } = this.#options;
    const { empty, added } = this.#putTexts(rows, bad);
    const chunks = columns.map(({ holds }, i): ParquetChunk => {
      const column = { ...(rows.columns[i] as EncodedColumn), empty: empty[i] as number };
      const own = names[i];
      if (own) return this.#names(column, rows.rows, added[i]?.length ? own.with(added[i]) : own);
      return holds === 'int64' ? this.#rowNumbers(rows) : this.#counts(column, rows.rows);
    });
    return {
      rows: rows.rows,
      bytes: this.#buffer.memory.bytes(this.#group, this.#length),
      rowGroup: { columns: chunks },
    };
  }

  /** Puts the cells of rows with a problem; answers how many are empty in each column, and the names that were added to it. */
  #putTexts(
    { columns, rows }: EncodedRows,
    bad: BadCells,
  ): { readonly empty: number[]; readonly added: (readonly string[])[] } {
    const { memory } = this.#buffer;
    const empty = columns.map((column) => column.empty);
    if (bad.size === 0) return { empty, added: [] };
    const first = this.#options.columns.findIndex(({ name }) => name === WRITTEN_COLUMNS[0]);
    const last = first + WRITTEN_COLUMNS.length;
    const builders = this.#options.columns.map(({ names }) => names && new DictionaryBuilder(names));
    const cells = columns.slice(first, last).map(({ bytes, data, valid, empty: emptyCells }): ChangeableCells => {
      const numbers = nameNumbers(memory.bytes(data, bytes * rows), bytes as IndexBytes);
      return { numbers, valid: memory.bytes(valid as number, Math.ceil(rows / 8)), empty: emptyCells };
    });
    for (const builder of builders) builder?.take();
    for (const [row, texts] of bad) putTexts(cells, row, texts, builders.slice(first, last));
    return {
      empty: empty.map((before, i) => cells[i - first]?.empty ?? before),
      added: builders.map((builder) => builder?.take() ?? []),
    };
  }

  #names(column: EncodedColumn, rows: number, names: ColumnNames): ParquetChunk {
    const { memory } = this.#buffer;
    const { bytes, data, valid, empty } = column;
    const bits = empty > 0 ? (valid as number) : 0;
    if (empty === rows) return this.#chunk(column, rows, 'PLAIN', new Uint8Array());
    // The page is not written yet: its room holds the tables.
    const used = memory.bytes(this.#tables(5 * names.length), names.length).fill(0);
    const count = this.#exports.gatherNumbers(bytes, data, bits, used.byteOffset, this.#values, rows);
    const { numbers, table, min, max } = names.used(used);
    const tableAt = used.byteOffset + Math.ceil(names.length / 4) * 4;
    memory.bytes(tableAt, table.byteLength).set(new Uint8Array(table.buffer));
    this.#exports.mapNumbers(this.#values, tableAt, count);
    const width = 32 - Math.clz32(numbers.length - 1);
    const end = this.#exports.writeHybrid(this.#values, count, width, this.#page + 1);
    memory.bytes(this.#page, 1)[0] = width;
    const page = memory.bytes(this.#page, end - this.#page);
    const dictionary = { count: numbers.length, bytes: names.plain(numbers) };
    return { ...this.#chunk(column, rows, 'RLE_DICTIONARY', page, dictionary), min, max };
  }

  /** Numbers of rows go up by one. */
  #rowNumbers({ rows, firstNumber }: EncodedRows): ParquetChunk {
    const page = constantSteps(firstNumber, 1, rows);
    const chunk = this.#chunk({ empty: 0, valid: undefined }, rows, 'DELTA_BINARY_PACKED', page);
    return { ...chunk, min: firstNumber, max: firstNumber + rows - 1 };
  }

  #counts(column: EncodedColumn, rows: number): ParquetChunk {
    const { bytes, data, valid, empty } = column;
    const bits = empty > 0 ? (valid as number) : 0;
    const count = this.#exports.gatherNumbers(bytes, data, bits, 0, this.#values, rows);
    const values = nameNumbers(this.#buffer.memory.bytes(this.#values, 4 * count), 4) as Uint32Array;
    if (count === 0) return this.#chunk(column, rows, 'PLAIN', new Uint8Array());
    let [min, max] = [values[0] as number, values[0] as number];
    for (const value of values) {
      if (value < min) min = value;
      else if (value > max) max = value;
    }
    const isStepped = max <= 0x7fff_ffff && goUpByOne(values);
    const page = isStepped ? constantSteps(min, 1, count) : new Uint8Array(values.buffer, values.byteOffset, 4 * count);
    const encoding: ParquetEncoding = isStepped ? 'DELTA_BINARY_PACKED' : 'PLAIN';
    return { ...this.#chunk(column, rows, encoding, page), min, max };
  }

  /** Writes the pages of a column. */
  #chunk(
    { empty, valid }: Pick<EncodedColumn, 'empty' | 'valid'>,
    rows: number,
    encoding: ParquetEncoding,
    values: Uint8Array,
    dictionary?: { readonly count: number; readonly bytes: Uint8Array },
  ): ParquetChunk {
    const { compress } = this.#options;
    const bits = valid === undefined ? new Uint8Array() : this.#buffer.memory.bytes(valid, Math.ceil(rows / 8));
    const start = this.#length;
    const names = dictionary && dictionaryPage(dictionary.count, dictionary.bytes, compress);
    const data = dataPage(rows, encoding, levelsOf(bits, rows, empty), values, compress);
    if (names) this.#write(names);
    const dataAt = this.#length;
    this.#write(data);
    return {
      encodings: names ? ['PLAIN', 'RLE', encoding] : ['RLE', encoding],
      dataPage: dataAt,
      dictionaryPage: names && start,
      compressed: this.#length - start,
      uncompressed: data.uncompressed + (names?.uncompressed ?? 0),
      empty,
      min: undefined,
      max: undefined,
    };
  }

  /** Room for tables, past what was written of the group. */
  #tables(bytes: number): number {
    const address = Math.ceil((this.#group + this.#length) / 64) * 64;
    this.#buffer.memory.reserve(address + bytes + 64);
    return address;
  }

  #write({ header, body }: WrittenPage): void {
    const { memory } = this.#buffer;
    const at = this.#group + this.#length;
    memory.reserve(at + header.length + body.length);
    memory.bytes(at, header.length).set(header);
    memory.bytes(at + header.length, body.length).set(body);
    this.#length += header.length + body.length;
  }
}

function goUpByOne(values: Uint32Array): boolean {
  const first = values[0] as number;
  for (let i = 1; i < values.length; i++) if (values[i] !== first + i) return false;
  return true;
}
