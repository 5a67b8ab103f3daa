import { open, rm } from 'node:fs/promises';
import { type Columns, createColumns } from '../../src/engine/columns.js';
import { createMemory } from '../../src/engine/wasm.js';
import type { World } from '../../src/kernel/world.js';
import type { ArrowPart } from '../../src/tables/arrow/arrow_part.js';
import { ArrowEncoder } from '../../src/tables/arrow/encoder.js';
import { ArrowPartEncoder } from '../../src/tables/arrow/part_encoder.js';
import { NO_ADDED_NAMES } from '../../src/tables/columnar/added_names.js';
import { type OutputColumn, requestColumns } from '../../src/tables/columnar/output_columns.js';
import { openOutput } from '../../src/tables/open_output.js';
import type { PartEncoder } from '../../src/tables/output_table.js';
import { openRowGroupEncoders } from '../../src/tables/parquet/row_group_encoder.js';
import { ParquetTableWriter } from '../../src/tables/parquet/table_writer.js';
import type { RequestChunk, RequestFormat } from '../../src/tables/request_table.js';
import { generateRequests } from '../../src/workload/generate_requests.js';
import { requests } from '../requests.js';
import { rewriteParquet } from './duckdb.js';

/** The formats of the end-to-end benchmark. */
export const PIPELINE_FORMATS = ['arrow', 'parquet', 'csv', 'ndjson'] as const;
export type PipelineFormat = (typeof PIPELINE_FORMATS)[number];

/** Requests drawn for columnar tables: a file repeats them. */
const DRAWN_ROWS = 4_194_304;
const BATCH_ROWS = 131_072;
/** Task, token, command and the three types: the benchmark's requests have no counts and no faults. */
const COLUMN_COUNT = 6;

/** The content of a file: a number of rows of a seed's requests. */
export interface Drawn {
  readonly seed: number;
  readonly rows: number;
}

/** The requests of a file of a format, batch by batch. */
function* drawnBatches(world: World, format: PipelineFormat, { seed, rows }: Drawn): Generator<Columns> {
  if (format === 'csv' || format === 'ndjson') {
    for (const { columns } of generateRequests(world, seed, rows)) yield columns;
    return;
  }
  const generated = requests(world, seed, Math.min(rows, DRAWN_ROWS));
  for (let row = 0; row < rows; ) {
    const start = row % generated.task.length;
    const stop = Math.min(start + BATCH_ROWS, generated.task.length, start + rows - row);
    yield {
      task: generated.task.subarray(start, stop),
      token: generated.token.subarray(start, stop),
      cmd: generated.cmd.subarray(start, stop),
      type: generated.type.subarray(start, stop),
      attachType: generated.attachType.subarray(start, stop),
    };
    row += stop - start;
  }
}

/** The sums of the ids in the columns task, token and cmd of a file; no token counts as 0. */
export function drawnSums(world: World, format: PipelineFormat, generated: Drawn): readonly number[] {
  let [task, token, cmd] = [0, 0, 0];
  for (const columns of drawnBatches(world, format, generated)) {
    for (let row = 0; row < columns.task.length; row++) {
      const id = columns.token[row] as number;
      task += columns.task[row] as number;
      token += id < world.tokens.length ? id : 0;
      cmd += columns.cmd[row] as number;
    }
  }
  return [task, token, cmd];
}

/** Writes requests of a world to a file, all by name; in Arrow as int32 numbers of a dictionary, in Parquet as DuckDB does. */
export async function writePipelineFile(
  world: World,
  format: PipelineFormat,
  path: string,
  generated: Drawn,
): Promise<void> {
  if (format === 'arrow') await writeArrow(world, path, generated);
  else if (format === 'parquet') await writeParquet(world, path, generated, true);
  else await writeText(world, format, path, generated);
}

/** The same rows in Parquet, with the numbers that names stand for. */
export async function writeParquetNumbers(world: World, path: string, generated: Drawn): Promise<void> {
  await writeParquet(world, path, generated, false);
}

async function writeText(world: World, format: RequestFormat, path: string, { seed, rows }: Drawn): Promise<void> {
  const table = { format, hasVerdicts: false, added: NO_ADDED_NAMES, compression: 'snappy' } as const;
  const { makeWriter, makeEncoder } = await openOutput(world, table);
  const writer = makeWriter();
  const encoder = makeEncoder(createMemory(true));
  const file = await open(path, 'w');
  await file.writeFile(writer.header);
  for (const chunk of generateRequests(world, seed, rows)) {
    encoder.add(chunk);
    for (const { bytes } of encoder.take()) await file.writeFile(bytes);
  }
  await file.close();
}

async function writeArrow(world: World, path: string, generated: Drawn): Promise<void> {
  const columns = requestColumns(world, NO_ADDED_NAMES).map((column) => ({ ...column, bytes: 4 }) as OutputColumn);
  const written = columns.slice(0, COLUMN_COUNT);
  const encoder = new ArrowEncoder(written, true);
  const file = await open(path, 'w');
  await file.writeFile(encoder.start());
  for (const [column, { names = [] }] of written.entries()) await file.writeFile(encoder.names(column, names));
  const parts = new ArrowPartEncoder(createMemory(true), world, columns, BATCH_ROWS);
  for (const { rows, bytes, batch } of partsOf(world, 'arrow', generated, parts)) {
    const cells = (batch as ArrowPart).columns.slice(0, COLUMN_COUNT);
    const [next] = (batch as ArrowPart).columns.slice(COLUMN_COUNT);
    const body = bytes.subarray(0, next?.valid?.offset);
    await file.writeFile(encoder.batch(rows, cells, body.length));
    await file.writeFile(body);
  }
  await file.writeFile(encoder.end());
  await file.close();
}

async function writeParquet(world: World, path: string, generated: Drawn, hasNames: boolean): Promise<void> {
  const named = requestColumns(world, NO_ADDED_NAMES);
  const columns = hasNames ? named : named.map(({ name }): OutputColumn => ({ name, holds: 'uint32', bytes: 4 }));
  const writer = new ParquetTableWriter(columns, 'snappy', BATCH_ROWS);
  const encoder = openRowGroupEncoders(world, columns, 'snappy', BATCH_ROWS)(createMemory(true));
  const drafted = `${path}.draft`;
  const file = await open(drafted, 'w');
  await file.writeFile(writer.header);
  for (const part of partsOf(world, 'parquet', generated, encoder)) {
    for (const bytes of writer.part(part)) await file.writeFile(bytes);
  }
  await file.writeFile(writer.footer());
  await file.close();
  const kept = columns.slice(0, COLUMN_COUNT).map(({ name }) => name);
  await rewriteParquet(drafted, path, kept);
  await rm(drafted);
}

function* partsOf(
  world: World,
  format: PipelineFormat,
  generated: Drawn,
  encoder: PartEncoder,
): Generator<ReturnType<PartEncoder['take']>[number]> {
  const { insnCnt, pre } = createColumns(BATCH_ROWS);
  for (const columns of drawnBatches(world, format, generated)) {
    const rows = columns.task.length;
    const full = { ...columns, insnCnt: insnCnt.subarray(0, rows), pre: pre.subarray(0, rows) };
    const chunk: RequestChunk = { columns: full, rows, firstRow: 0, bad: new Map() };
    encoder.add(chunk);
    yield* encoder.take();
  }
}
