import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../../src/kernel/world.js';
import { type IntegerReader, openBaseline, type PipelineFiles } from './duckdb.js';
import { type Drawn, drawnSums, type PipelineFormat, writeParquetNumbers, writePipelineFile } from './files.js';

/** The files of a format in a folder: requests by name, and for Parquet the numbers that names stand for. */
export function pipelineFiles(format: PipelineFormat, folder: string): PipelineFiles {
  return { requests: join(folder, `requests.${format}`), numbers: join(folder, 'numbers.parquet') };
}

/** Writes the files of a format. Throws an Error where DuckDB reads other values from them than those that were drawn. */
export async function makePipelineFiles(
  world: World,
  format: PipelineFormat,
  folder: string,
  generated: Drawn,
): Promise<void> {
  const { requests, numbers } = pipelineFiles(format, folder);
  await writePipelineFile(world, format, requests, generated);
  if (format === 'parquet') await writeParquetNumbers(world, numbers, generated);
  for (const path of format === 'parquet' ? [requests, numbers] : [requests]) await settle(path);
  const baseline = await openBaseline(world, format, pipelineFiles(format, folder), 2);
  if (baseline) await requireSameColumns(baseline, world, format, generated).finally(baseline.close);
}

/** Waits until a file is on the disk: writing it back would take processor time from the benchmark. */
async function settle(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}

async function requireSameColumns(
  baseline: IntegerReader,
  world: World,
  format: PipelineFormat,
  generated: Drawn,
): Promise<void> {
  const sums = [0, 0, 0];
  await baseline.read((columns) => {
    sums.forEach((sum, i) => {
      sums[i] = columns[i]?.toArray().reduce<number>((all, value) => all + Number(value ?? 0), sum) ?? sum;
    });
  });
  const expected = drawnSums(world, format, generated);
  if (sums.join() !== expected.join()) throw new Error(`DuckDB must read column sums ${expected}, got ${sums}`);
}
