import type { TableFile } from '../file_source.js';
import { REQUEST_COLUMNS, RequestTableError } from '../request_table.js';
import type { RowDiagnostics } from '../rows/row_diagnostics.js';
import type { Accepted, SplitEnd, SplitSizes } from '../split.js';
import { CODEC_NAMES } from './codecs.js';
import { withParquetErrors } from './decode_errors.js';
import { type ColumnMetaData, counted, type Footer, type RowGroupMetaData, readFooter } from './footer.js';
import type { ColumnChunk } from './pages.js';
import { type FoundColumn, findRequestColumns } from './schema.js';
import type { ParquetSplit, ParquetTableData, RowGroup } from './split.js';

const MAGIC = 'PAR1';
/** In place of it where the footer is encrypted. */
const ENCRYPTED = 'PARE';
/** At the end: the length of the footer, and the magic. */
const TAIL_BYTES = 8;
const MAX_FOOTER = 1 << 29;
/** Rows of a split, some ten milliseconds of work; a row group is not cut. */
const SPLIT_ROWS = 1 << 18;

/** A table in a Parquet file, which can be read in splits. */
export class ParquetTable {
  readonly data: ParquetTableData;
  readonly rows: number;
  readonly #file: string;
  readonly #problems: RowDiagnostics;
  #bytesRead = 0;
  readonly #columns: readonly FoundColumn[];
  readonly #groups: readonly RowGroupMetaData[];

  /** Over an open file. Throws a RequestTableError for what is no Parquet file, or none of requests, and a system's error. */
  constructor(file: string, bytes: TableFile, problems: RowDiagnostics) {
    const { footer, end } = readEnd(file, bytes);
    this.#file = file;
    this.#problems = problems;
    this.#columns = withParquetErrors(file, undefined, 'its schema', () =>
      findRequestColumns(file, footer.schema, problems),
    );
    this.#groups = footer.rowGroups;
    this.rows = withParquetErrors(file, undefined, 'its footer', () =>
      counted(
        this.#groups.reduce((sum, { rows }) => sum + rows, 0),
        'rows',
      ),
    );
    this.data = { kind: 'parquet', file, fd: bytes.fd, end, columns: this.#columns.map(({ column }) => column) };
  }

  /** Those of its largest row group. */
  get uncutRows(): number {
    return this.#groups.reduce((most, { rows }) => Math.max(most, rows), 0);
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  accept({ bytes }: ParquetSplit, { problems }: SplitEnd): Accepted {
    this.#bytesRead += bytes;
    this.#problems.merge(problems);
    return { kind: 'taken', rowsBefore: 0, linesBefore: 0 };
  }

  /** All rows, in splits that are a row group more at most. Throws a RequestTableError. */
  *splits({ rows: splitRows = SPLIT_ROWS }: Partial<SplitSizes> = {}): Generator<ParquetSplit> {
    let groups: RowGroup[] = [];
    let [firstRow, rows] = [0, 0];
    const cut = (): ParquetSplit => {
      const bytes = groups.reduce((sum, { chunks }) => sum + chunks.reduce((all, chunk) => all + chunk.bytes, 0), 0);
      const split = { firstRow, rows, bytes, groups };
      firstRow += rows;
      rows = 0;
      groups = [];
      return split;
    };
    for (const [i, meta] of this.#groups.entries()) {
      const group = this.#rowGroup(meta, i + 1, firstRow + rows);
      groups.push(group);
      rows += group.rows;
      if (rows >= splitRows) yield cut();
    }
    if (rows > 0) yield cut();
  }

  #rowGroup({ rows, columns }: RowGroupMetaData, number: number, firstRow: number): RowGroup {
    const chunks = this.#columns.map(({ name, column }) => {
      const label = REQUEST_COLUMNS[column.place] as string;
      return withParquetErrors(this.#file, label, `row group ${number}, column ${label}`, (): ColumnChunk => {
        const found = columns.find(({ meta }) => meta?.path.length === 1 && meta.path[0] === name);
        if (!found?.meta) throw new Error('it is not there');
        if (found.file) throw new Error(`it lies in another file, ${found.file}`);
        if (found.isEncrypted) throw new Error('it is encrypted');
        return this.#chunk(found.meta, rows);
      });
    });
    return { number, firstRow, rows, chunks };
  }

  #chunk(meta: ColumnMetaData, rows: number): ColumnChunk {
    const { codec } = meta;
    if (codec === undefined || !CODEC_NAMES.includes(codec)) {
      throw new Error(
        `it is compressed with ${codec ?? 'an unknown codec'}, and can be with ${CODEC_NAMES.join(', ')}`,
      );
    }
    if (meta.values !== rows) throw new Error(`it has ${meta.values} values for ${rows} rows`);
    const first = counted(meta.firstPage, 'bytes');
    const dictionary = counted(meta.dictionaryPage, 'bytes');
    const offset = dictionary > 0 ? Math.min(first, dictionary) : first;
    const bytes = counted(meta.bytes, 'bytes');
    if (offset + bytes > this.data.end) throw new Error('it ends after the file');
    return { offset, bytes, rows, codec };
  }
}

/** The footer, and where it starts. */
function readEnd(file: string, bytes: TableFile): { footer: Footer; end: number } {
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
  if (end < MAGIC.length || length > MAX_FOOTER) return fail(`it cannot have a footer of ${length} bytes`);
  const footer = new Uint8Array(length);
  bytes.read(end, footer);
  return { footer: withParquetErrors(file, undefined, 'its footer', () => readFooter(footer)), end };
}
