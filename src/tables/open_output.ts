import type { WorldNames } from '../kernel/world.js';
import { type ColumnarFormat, isColumnar, type TableFormat } from './formats.js';
import type { OutputTable, PartEncoder, TableWriter } from './output_table.js';
import { CHUNK_ROWS, type RequestFormat } from './request_table.js';

/** Rows of a part: of text, a few megabytes; of columns, enough to make what is said of each part negligible. */
const PART_ROWS: Readonly<Record<TableFormat, number>> = {
  csv: 1 << 15,
  ndjson: 1 << 15,
  arrow: 1 << 16,
  arrows: 1 << 16,
  parquet: 1 << 17,
};
/** Most bytes of a part of text, where names are long; but a part has a chunk at least. */
const MAX_PART_BYTES = 1 << 25;

/** What writes a table: encoders make its parts in any thread, one writer puts them in order. */
export interface OpenOutput {
  /** An encoder over a memory that no other thread uses meanwhile. */
  makeEncoder(memory: WebAssembly.Memory): PartEncoder;
  makeWriter(): TableWriter;
}

/** Opens what writes a table. Imports what its format needs. Rejects with an InvalidArgumentError for a compression that Node lacks. */
export function openOutput(world: WorldNames, table: OutputTable): Promise<OpenOutput> {
  const { format } = table;
  return isColumnar(format) ? openColumns(world, format, table) : openText(world, format, table);
}

async function openText(world: WorldNames, format: RequestFormat, { hasVerdicts }: OutputTable): Promise<OpenOutput> {
  const { requestFragments, verdictFragments } = await import('./text/row_fragments.js');
  const { TextPartEncoder } = await import('./text/part_encoder.js');
  const fragments = hasVerdicts ? verdictFragments(world, format) : requestFragments(world, format);
  const { header, longest } = fragments;
  const most = Math.floor(MAX_PART_BYTES / longest / CHUNK_ROWS) * CHUNK_ROWS;
  const partRows = Math.max(CHUNK_ROWS, Math.min(PART_ROWS[format], most));
  return {
    makeEncoder: (memory) => new TextPartEncoder(memory, fragments),
    makeWriter: () => ({ header, partRows, part: ({ bytes }) => [bytes] }),
  };
}

async function openColumns(
  world: WorldNames,
  format: ColumnarFormat,
  { hasVerdicts, added, compression }: OutputTable,
): Promise<OpenOutput> {
  const partRows = PART_ROWS[format];
  const { outputColumns } = await import('./columnar/output_columns.js');
  const columns = outputColumns(world, hasVerdicts, added);
  if (format === 'parquet') {
    const { openRowGroupEncoders } = await import('./parquet/row_group_encoder.js');
    const { ParquetTableWriter } = await import('./parquet/table_writer.js');
    return {
      makeEncoder: openRowGroupEncoders(world, columns, compression, partRows),
      makeWriter: () => new ParquetTableWriter(columns, compression, partRows),
    };
  }
  const { ArrowPartEncoder } = await import('./arrow/part_encoder.js');
  const { ArrowTableWriter } = await import('./arrow/table_writer.js');
  return {
    makeEncoder: (memory) => new ArrowPartEncoder(memory, world, columns, partRows),
    makeWriter: () => new ArrowTableWriter(columns, format === 'arrow', partRows),
  };
}
