import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '../../src/kernel/world.js';
import { type IntegerReader, openRival, type RoadFiles } from './duckdb.js';
import { type Drawn, drawnSums, type RoadFormat, writeParquetNumbers, writeRoadFile } from './files.js';

/** The files of a format in a folder: requests by name, and for Parquet the numbers that names stand for. */
export function roadFiles(format: RoadFormat, folder: string): RoadFiles {
  return { requests: join(folder, `requests.${format}`), numbers: join(folder, 'numbers.parquet') };
}

/** Writes the files of a format. Throws an Error where DuckDB reads other columns from them than those that were drawn. */
export async function makeRoadFiles(world: World, format: RoadFormat, folder: string, drawn: Drawn): Promise<void> {
  const { requests, numbers } = roadFiles(format, folder);
  await writeRoadFile(world, format, requests, drawn);
  if (format === 'parquet') await writeParquetNumbers(world, numbers, drawn);
  for (const path of format === 'parquet' ? [requests, numbers] : [requests]) await settle(path);
  const rival = await openRival(world, format, roadFiles(format, folder), 2);
  if (rival) await demandSameColumns(rival, world, format, drawn).finally(rival.close);
}

/** Waits until a file is on the disk: writing it there would take processor time from who reads it. */
async function settle(path: string): Promise<void> {
  const file = await open(path, 'r+');
  await file.sync();
  await file.close();
}

async function demandSameColumns(rival: IntegerReader, world: World, format: RoadFormat, drawn: Drawn): Promise<void> {
  const sums = [0, 0, 0];
  await rival.read((columns) => {
    sums.forEach((sum, i) => {
      sums[i] = columns[i]?.toArray().reduce<number>((all, value) => all + Number(value ?? 0), sum) ?? sum;
    });
  });
  const expected = drawnSums(world, format, drawn);
  if (sums.join() !== expected.join()) throw new Error(`DuckDB reads other columns: ${sums} instead of ${expected}`);
}
