import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter as FooterWriter } from 'hyparquet-writer';
import type { OutputColumn } from '../columnar/output_columns.js';
import type { Compression, OutputPart, TableWriter } from '../output_table.js';
import { CODEC_OF } from './compressor.js';
import type { ParquetChunk } from './row_group.js';

type RowGroup = FooterWriter['row_groups'][number];
type Statistics = NonNullable<NonNullable<RowGroup['columns'][number]['meta_data']>['statistics']>;

/** Puts row groups in order as a Parquet file; the footer says where they lie. */
export class ParquetTableWriter implements TableWriter {
  /** What comes first. */
  readonly header: Uint8Array;
  readonly partRows: number;
  readonly #columns: readonly OutputColumn[];
  readonly #compression: Compression;
  readonly #footer: FooterWriter;
  readonly #bytes = new ByteWriter();
  #offset: number;

  constructor(columns: readonly OutputColumn[], compression: Compression, partRows: number) {
    this.partRows = partRows;
    this.#columns = columns;
    this.#compression = compression;
    const root = { name: 'requests', num_children: columns.length };
    const schema = [root, ...columns.map(elementOf)];
    this.#footer = new FooterWriter({ writer: this.#bytes, schema, createdBy: 'bpf-token-sim' });
    this.header = this.#take();
    this.#offset = this.header.length;
  }

  part({ rows, bytes, rowGroup }: OutputPart): Uint8Array[] {
    if (!rowGroup) throw new TypeError('a part of another format');
    const columns = rowGroup.columns.map((chunk, i) => this.#chunk(chunk, this.#columns[i] as OutputColumn, rows));
    const uncompressed = rowGroup.columns.reduce((sum, chunk) => sum + chunk.uncompressed, 0);
    this.#footer.row_groups.push({
      columns,
      total_byte_size: BigInt(uncompressed),
      num_rows: BigInt(rows),
      total_compressed_size: BigInt(bytes.length),
    });
    this.#footer.num_rows += BigInt(rows);
    this.#offset += bytes.length;
    return [bytes];
  }

  footer(): Uint8Array {
    this.#footer.finish();
    return this.#take();
  }

  #chunk(chunk: ParquetChunk, { name, holds }: OutputColumn, rows: number): RowGroup['columns'][number] {
    const { encodings, dataPage, dictionaryPage, compressed, uncompressed } = chunk;
    return {
      file_offset: 0n,
      meta_data: {
        type: TYPES[holds],
        encodings: [...encodings],
        path_in_schema: [name],
        codec: CODEC_OF[this.#compression],
        num_values: BigInt(rows),
        total_uncompressed_size: BigInt(uncompressed),
        total_compressed_size: BigInt(compressed),
        data_page_offset: BigInt(this.#offset + dataPage),
        ...(dictionaryPage === undefined ? {} : { dictionary_page_offset: BigInt(this.#offset + dictionaryPage) }),
        statistics: statisticsOf(chunk, holds),
      },
    };
  }

  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

const TYPES = { names: 'BYTE_ARRAY', uint32: 'INT32', int64: 'INT64' } as const;

function statisticsOf({ empty, min, max }: ParquetChunk, holds: OutputColumn['holds']): Statistics {
  const nulls = { null_count: BigInt(empty) };
  if (min === undefined || max === undefined) return nulls;
  const value = (bound: string | number) => (holds === 'int64' ? BigInt(bound) : bound);
  return { ...nulls, min_value: value(min), max_value: value(max) };
}

function elementOf({ name, holds }: OutputColumn): SchemaElement {
  const element = { name, repetition_type: 'OPTIONAL', type: TYPES[holds] } as const;
  if (holds === 'int64') return element;
  if (holds === 'uint32') return { ...element, converted_type: 'UINT_32' };
  return { ...element, converted_type: 'UTF8', logical_type: { type: 'STRING' } };
}
