// npm run bench:road: from a file to verdicts, beside DuckDB reading the same columns as integers.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '../options.js';
import type { RoadFormat } from './files.js';
import { ROAD_USAGE, type RoadArguments, readRoadOptions, roadWorld, rowsOf } from './options.js';
import { type RoadReport, roadText } from './report.js';
import { runRoads } from './run_roads.js';
import { timeRoad } from './time_road.js';

const MAKE_FILES = fileURLToPath(new URL('./make_files.js', import.meta.url));

async function timeHere(format: RoadFormat, options: RoadArguments): Promise<RoadReport> {
  const { world, seed, workers } = options;
  const rows = rowsOf(format, options);
  const folder = mkdtempSync(join(tmpdir(), 'bpftoken-road-'));
  try {
    const { status } = spawnSync(process.execPath, [MAKE_FILES, format, world, String(seed), String(rows), folder], {
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`the file of ${format} was not made`);
    const result = await timeRoad(roadWorld(world, seed), format, folder, { ...options, rows });
    return { ...result, world, workers, peakMemory: 1024 * process.resourceUsage().maxRSS };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = readRoadOptions(args);
  if (options === null) {
    console.log(ROAD_USAGE);
    return;
  }
  const [format, ...more] = options.formats;
  let reports: readonly RoadReport[];
  if (format !== undefined && more.length === 0) {
    reports = [await timeHere(format, options)];
    console.log(reports.map(roadText).join('\n'));
  } else {
    reports = runRoads(args, options.formats);
  }
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(reports, null, 2)}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = exitCodeOf(error);
}
