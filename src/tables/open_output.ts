import type { WorldNames } from '../kernel/world.js';
import type { TableFormat } from './formats.js';
import type { OutputTable, PartEncoder, TableWriter } from './output_table.js';
import { CHUNK_ROWS } from './request_table.js';

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

/** Opens what makes encoders of a table, each over a memory that no other thread uses meanwhile. Imports what the format needs. */
export async function openPartEncoders(
  world: WorldNames,
  { format, hasVerdicts, added, compression }: OutputTable,
): Promise<(memory: WebAssembly.Memory) => PartEncoder> {
  if (format === 'csv' || format === 'ndjson') {
    const { requestFragments, verdictFragments } = await import('./text/row_fragments.js');
    const { TextPartEncoder } = await import('./text/part_encoder.js');
    const fragments = hasVerdicts ? verdictFragments(world, format) : requestFragments(world, format);
    return (memory) => new TextPartEncoder(memory, fragments);
  }
  const { outputColumns } = await import('./columnar/output_columns.js');
  const columns = outputColumns(world, hasVerdicts, added);
  if (format === 'parquet') {
    const { openRowGroupEncoders } = await import('./parquet/row_group_encoder.js');
    return openRowGroupEncoders(world, columns, compression, PART_ROWS.parquet);
  }
  const { ArrowPartEncoder } = await import('./arrow/part_encoder.js');
  return (memory) => new ArrowPartEncoder(memory, world, columns, PART_ROWS[format]);
}

/** Opens the writer of a table. */
export async function openTableWriter(
  world: WorldNames,
  { format, hasVerdicts, added, compression }: OutputTable,
): Promise<TableWriter> {
  if (format === 'csv' || format === 'ndjson') {
    const { requestFragments, verdictFragments } = await import('./text/row_fragments.js');
    const { header, longest } = hasVerdicts ? verdictFragments(world, format) : requestFragments(world, format);
    const most = Math.floor(MAX_PART_BYTES / longest / CHUNK_ROWS) * CHUNK_ROWS;
    const partRows = Math.max(CHUNK_ROWS, Math.min(PART_ROWS[format], most));
    return { header, partRows, part: ({ bytes }) => [bytes] };
  }
  const { outputColumns } = await import('./columnar/output_columns.js');
  const columns = outputColumns(world, hasVerdicts, added);
  if (format === 'parquet') {
    const { ParquetTableWriter } = await import('./parquet/table_writer.js');
    return new ParquetTableWriter(columns, compression, PART_ROWS.parquet);
  }
  const { ArrowTableWriter } = await import('./arrow/table_writer.js');
  return new ArrowTableWriter(columns, format === 'arrow', PART_ROWS[format]);
}
