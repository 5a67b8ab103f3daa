import type { WorldNames } from '../kernel/world.js';
import type { TableFormat } from './formats.js';
import type { OutputTable, PartEncoder, TableWriter } from './output_table.js';

/** Rows of a part: of text, what fits a processor's cache; of columns, enough to make what is said of each part negligible. */
const PART_ROWS: Readonly<Record<TableFormat, number>> = {
  csv: 1 << 15,
  ndjson: 1 << 15,
  arrow: 1 << 16,
  arrows: 1 << 16,
  parquet: 1 << 17,
};

/** How many rows a part of a format should have. */
export function partRows(format: TableFormat): number {
  return PART_ROWS[format];
}

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
    const { header } = hasVerdicts ? verdictFragments(world, format) : requestFragments(world, format);
    return { header, part: ({ bytes }) => [bytes] };
  }
  const { outputColumns } = await import('./columnar/output_columns.js');
  const columns = outputColumns(world, hasVerdicts, added);
  if (format === 'parquet') {
    const { ParquetTableWriter } = await import('./parquet/table_writer.js');
    return new ParquetTableWriter(columns, compression);
  }
  const { ArrowTableWriter } = await import('./arrow/table_writer.js');
  return new ArrowTableWriter(columns, format === 'arrow');
}
