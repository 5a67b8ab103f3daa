import { type FileMetaData, parquetMetadata } from 'hyparquet';
import type { Problems } from '../../requests/problems.js';
import { REQUEST_COLUMNS, RequestTableError } from '../../requests/table.js';
import type { FileBytes } from '../file_bytes.js';
import { CODEC_NAMES } from './codecs.js';
import { type FoundColumn, findRequestColumns } from './columns.js';
import { guarded } from './guarded.js';
import type { ColumnChunk } from './pages.js';
import type { ParquetPart, ParquetTableData, RowGroup } from './part.js';

type MetaRowGroup = FileMetaData['row_groups'][number];

const MAGIC = 'PAR1';
/** In place of it where the footer is encrypted. */
const ENCRYPTED = 'PARE';
/** At the end: the length of the footer, and the magic. */
const TAIL_BYTES = 8;
const MOST_FOOTER = 1 << 29;
/** Rows of a part, some ten milliseconds of work; a row group is not cut. */
const PART_ROWS = 1 << 18;

/** A table in a Parquet file, which can be read in parts. */
export class ParquetTable {
  readonly data: ParquetTableData;
  readonly rows: number;
  readonly #file: string;
  readonly #bytes: FileBytes;
  readonly #columns: readonly FoundColumn[];
  readonly #groups: readonly MetaRowGroup[];

  /** Over an open file. Throws a RequestTableError for what is no Parquet file, or none of requests, and a system's error. */
  constructor(file: string, bytes: FileBytes, problems: Problems) {
    const { metadata, end } = readMetadata(file, bytes);
    this.#file = file;
    this.#bytes = bytes;
    this.#columns = guarded(file, undefined, 'its schema', () => findRequestColumns(file, metadata.schema, problems));
    this.#groups = metadata.row_groups;
    this.rows = guarded(file, undefined, 'its footer', () =>
      this.#groups.reduce((sum, { num_rows }) => sum + counted(num_rows), 0),
    );
    this.data = { kind: 'parquet', file, fd: bytes.fd, end, columns: this.#columns.map(({ column }) => column) };
  }

  /** All rows, in parts of PART_ROWS or a row group more. Throws a RequestTableError. */
  *parts(): Generator<ParquetPart> {
    let groups: RowGroup[] = [];
    let [firstRow, rows] = [0, 0];
    const cut = (): ParquetPart => {
      const bytes = groups.reduce((sum, { chunks }) => sum + chunks.reduce((all, chunk) => all + chunk.bytes, 0), 0);
      const part = { firstRow, rows, bytes, groups };
      firstRow += rows;
      rows = 0;
      groups = [];
      return part;
    };
    for (const [i, meta] of this.#groups.entries()) {
      const group = this.#rowGroup(meta, i + 1, firstRow + rows);
      groups.push(group);
      rows += group.rows;
      if (rows >= PART_ROWS) yield cut();
    }
    if (rows > 0) yield cut();
  }

  close(): void {
    this.#bytes.close();
  }

  #rowGroup({ num_rows, columns }: MetaRowGroup, number: number, firstRow: number): RowGroup {
    const rows = Number(num_rows);
    const chunks = this.#columns.map(({ name, column }) => {
      const label = REQUEST_COLUMNS[column.place] as string;
      return guarded(this.#file, label, `row group ${number}, column ${label}`, (): ColumnChunk => {
        const chunk = columns.find(({ meta_data }) => meta_data?.path_in_schema.join('\0') === name);
        if (!chunk?.meta_data) throw new Error('it is not there');
        if (chunk.file_path) throw new Error(`it lies in another file, ${chunk.file_path}`);
        if (chunk.crypto_metadata) throw new Error('it is encrypted');
        return this.#chunk(chunk.meta_data, rows);
      });
    });
    return { number, firstRow, rows, chunks };
  }

  #chunk(meta: NonNullable<MetaRowGroup['columns'][number]['meta_data']>, rows: number): ColumnChunk {
    const { codec } = meta;
    if (!CODEC_NAMES.includes(codec)) {
      throw new Error(
        `it is compressed with ${codec ?? 'nobody knows what'}, and can be with ${CODEC_NAMES.join(', ')}`,
      );
    }
    if (counted(meta.num_values) !== rows) throw new Error(`it has ${meta.num_values} values for ${rows} rows`);
    const first = counted(meta.data_page_offset);
    // Some writers put 0 where there is no dictionary.
    const dictionary = counted(meta.dictionary_page_offset ?? 0n);
    const offset = dictionary > 0 ? Math.min(first, dictionary) : first;
    const bytes = counted(meta.total_compressed_size);
    if (offset + bytes > this.data.end) throw new Error('it ends after the file');
    return { offset, bytes, codec };
  }
}

function readMetadata(file: string, bytes: FileBytes): { metadata: FileMetaData; end: number } {
  const fail = (why: string): never => {
    throw new RequestTableError(file, undefined, undefined, `it cannot be read as Parquet: ${why}`);
  };
  const { size } = bytes;
  if (size < TAIL_BYTES + MAGIC.length) return fail('it is cut off, or no Parquet file');
  const tail = Buffer.alloc(TAIL_BYTES);
  bytes.read(size - TAIL_BYTES, tail);
  const magic = tail.toString('latin1', 4);
  if (magic === ENCRYPTED) return fail('it is encrypted');
  if (magic !== MAGIC) return fail('its end, which says where rows lie, is missing');
  const length = tail.readUInt32LE(0);
  const end = size - TAIL_BYTES - length;
  if (end < MAGIC.length || length > MOST_FOOTER) return fail(`it cannot have a footer of ${length} bytes`);
  const footer = new Uint8Array(length + TAIL_BYTES);
  bytes.read(end, footer);
  return { metadata: guarded(file, undefined, 'its footer', () => parquetMetadata(footer)), end };
}

/** A count that a file says. Throws an Error for what is none. */
function counted(count: bigint): number {
  const number = Number(count);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${count} is no number of rows or bytes`);
  return number;
}
