import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { type Columns, createColumns } from '../../src/engine/columns.js';
import type { World } from '../../src/kernel/world.js';
import { ArrowEncoder } from '../../src/tables/arrow/encoder.js';
import { DictionaryBuilder } from '../../src/tables/columnar/dictionary_builder.js';
import { EncodeBuffer } from '../../src/tables/columnar/encode_buffer.js';
import type { OutputCells, OutputColumn } from '../../src/tables/columnar/output_column.js';
import { cellBytesOf, REQUEST_CELLS, requestNames } from '../../src/tables/columnar/request_columns.js';
import { ParquetWriter } from '../../src/tables/parquet/writer.js';
import type { RequestFormat } from '../../src/tables/request_table.js';
import { RequestWriter } from '../../src/tables/text/request_writer.js';
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
const COLUMNS = REQUEST_CELLS.slice(0, 6);

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

async function writeText(world: World, format: RequestFormat, path: string, generated: Drawn): Promise<void> {
  const writer = new RequestWriter(world, format);
  const file = createWriteStream(path);
  file.write(writer.header);
  for (const { columns } of generateRequests(world, generated.seed, generated.rows)) {
    if (!file.write(writer.rows(columns))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

async function writeArrow(world: World, path: string, generated: Drawn): Promise<void> {
  const encoder = new ArrowEncoder(COLUMNS, true);
  const file = await open(path, 'w');
  await file.writeFile(encoder.start());
  for (const [column, names] of requestNames(world).slice(0, COLUMNS.length).entries()) {
    await file.writeFile(encoder.names(column, names ?? []));
  }
  for (const { rows, cells } of cellBatches(world, 'arrow', generated)) await file.writeFile(encoder.rows(rows, cells));
  await file.writeFile(encoder.end());
  await file.close();
}

async function writeParquet(world: World, path: string, generated: Drawn, hasNames: boolean): Promise<void> {
  const columns: OutputColumn[] = COLUMNS.map(({ name }) => ({ name, holds: hasNames ? 'names' : 'uint32' }));
  const names = requestNames(world).slice(0, COLUMNS.length);
  const lists = names.map((list) => (hasNames && list ? new DictionaryBuilder(list) : undefined));
  const writer = new ParquetWriter(columns, lists);
  const drafted = `${path}.draft`;
  const file = await open(drafted, 'w');
  await file.writeFile(writer.header);
  for (const { rows, cells } of cellBatches(world, 'parquet', generated))
    await file.writeFile(writer.append(rows, cells));
  await file.writeFile(writer.finish());
  await file.close();
  await rewriteParquet(drafted, path);
  await rm(drafted);
}

function* cellBatches(
  world: World,
  format: PipelineFormat,
  generated: Drawn,
): Generator<{ rows: number; cells: readonly OutputCells[] }> {
  const cells = new EncodeBuffer(world, { indexBytes: cellBytesOf(REQUEST_CELLS) });
  const { insnCnt, pre } = createColumns(BATCH_ROWS);
  for (const columns of drawnBatches(world, format, generated)) {
    const rows = columns.task.length;
    const full = { ...columns, insnCnt: insnCnt.subarray(0, rows), pre: pre.subarray(0, rows) };
    cells.put(full);
    yield { rows, cells: cells.take().slice(0, COLUMNS.length) };
  }
}
